import type { Job } from '@greenvue/jobs/client';
import { Button, Group, Kbd, Loader, Modal, Stack, Text } from '@mantine/core';
import { useRef } from 'react';
import { useJobTypes, usePreview } from '../../data/queries/queries.ts';
import { faultWords } from '../../ui/feedback/fault-words.ts';
import { useLast } from '../../ui/feedback/use-last.ts';
import { type Definition, definitionOf } from '../draft/draft.ts';
import { saveKey, useSaveKey } from '../fields/save-key.ts';
import { calendarPatch } from '../parts/calendar-draft.ts';
import { schedulePatch } from '../parts/schedule-draft.ts';
import { withoutSecrets } from '../payload/secret-value.ts';
import { nextRunChange } from '../schedule/next-run.ts';
import { NextRunSentence } from '../schedule/next-run-sentence.tsx';
import { ChangeList } from './change-list.tsx';
import { changesOf } from './changes.ts';

interface ReviewDialogProps {
  readonly job: Job;
  /** The edited definition; undefined if there is nothing to review. */
  readonly after: Definition | undefined;
  readonly isSaving: boolean;
  readonly onSave: (after: Definition) => void;
  readonly onClose: () => void;
}

/** Shows the changes of an edit and its effect on the next run, before saving. */
export function ReviewDialog({ job, after, isSaving, onSave, onClose }: ReviewDialogProps) {
  const shown = useLast(after);
  return (
    <Modal opened={after !== undefined} onClose={onClose} title="Save these changes?" size="lg">
      {shown === undefined ? null : (
        <Review job={job} after={shown} isSaving={isSaving} onSave={onSave} onClose={onClose} />
      )}
    </Modal>
  );
}

function Review({
  job,
  after,
  isSaving,
  onSave,
  onClose,
}: ReviewDialogProps & { readonly after: Definition }) {
  const element = useRef<HTMLDivElement>(null);
  const type = useJobTypes().data?.find((known) => known.type === job.type);
  const secrets = (type?.secret_fields ?? []).filter(({ sealed }) => sealed).map(({ pointer }) => pointer);
  const shown =
    after.payload === null ? after : { ...after, payload: withoutSecrets(after.payload, secrets) };
  const save = () => {
    if (!isSaving) onSave(after);
  };
  useSaveKey(save, element);
  return (
    <Stack ref={element} gap="lg">
      <ChangeList changes={changesOf(definitionOf(job), shown)} />
      <NextRun job={job} after={after} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose} disabled={isSaving}>
          Continue editing
        </Button>
        <Button
          data-autofocus
          onClick={save}
          loading={isSaving}
          rightSection={<Kbd size="xs">{saveKey()}</Kbd>}
        >
          Save changes
        </Button>
      </Group>
    </Stack>
  );
}

function NextRun({ job, after }: { readonly job: Job; readonly after: Definition }) {
  const before = definitionOf(job);
  const patch = {
    ...schedulePatch(before.schedule, after.schedule),
    ...calendarPatch(before.calendar, after.calendar),
  };
  const query = usePreview({ job_id: job.id, ...patch, count: 1 });
  if (query.error !== null) {
    const { title, detail } = faultWords(query.error);
    return (
      <Text size="sm">
        The effect on the next run is unknown. {title}. {detail}
      </Text>
    );
  }
  if (query.data === undefined || query.isPlaceholderData) {
    return (
      <Group gap="xs" role="status">
        <Loader size={14} aria-hidden="true" />
        <Text size="sm">Calculating the next run…</Text>
      </Group>
    );
  }
  return <NextRunSentence change={nextRunChange(query.data)} job={job} schedule={after.schedule} />;
}
