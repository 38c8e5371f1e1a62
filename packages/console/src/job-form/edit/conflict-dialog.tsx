import type { Job } from '@greenvue/jobs/client';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useLast } from '../../ui/feedback/use-last.ts';
import { Instant } from '../../ui/instant/instant.tsx';
import { type Definition, definitionOf } from '../draft/draft.ts';
import { DifferenceList } from './change-list.tsx';
import { type Difference, differencesOf } from './changes.ts';

interface ConflictDialogProps {
  /** The job at the start of the edit. */
  readonly base: Job;
  /** The current job; undefined without a conflict. */
  readonly theirs: Job | undefined;
  /** The edit to save; undefined while a field is invalid. */
  readonly mine: Definition | undefined;
  readonly onTakeTheirs: (theirs: Job) => void;
  readonly onApplyMine: (theirs: Job, mine: Definition) => void;
  readonly onClose: () => void;
}

/**
 * Shown when another user saved the job during this edit: compares both versions and lets the user choose.
 */
export function ConflictDialog(props: ConflictDialogProps) {
  const { theirs, onClose } = props;
  const shown = useLast(theirs === undefined ? undefined : props);
  return (
    <Modal opened={theirs !== undefined} onClose={onClose} title="Someone else changed this job" size="xl">
      {shown?.theirs === undefined ? null : <Conflict {...shown} theirs={shown.theirs} />}
    </Modal>
  );
}

function Conflict(props: ConflictDialogProps & { readonly theirs: Job }) {
  const { base, theirs, mine, onTakeTheirs, onApplyMine, onClose } = props;
  return (
    <Stack gap="lg">
      <Text size="sm">
        They saved it at <Instant at={theirs.updated_at} />, after you opened it. Your changes are not saved
        yet, but they are not lost.
      </Text>
      {isOtherJob(base, theirs) ? (
        <Text size="sm" fw={600}>
          This is another job: the one you opened was deleted, and a new one has the same id
          {base.type === theirs.type ? '.' : ` and the type ${theirs.type}. Your changes do not fit it.`}
        </Text>
      ) : null}
      <DifferenceList differences={differencesBetween(base, mine, theirs)} />
      {mine === undefined ? (
        <Text size="sm">Your changes are not shown, because a field in the form has an error.</Text>
      ) : null}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose} data-autofocus>
          Continue editing
        </Button>
        <Button variant="default" onClick={() => onTakeTheirs(theirs)}>
          Discard my changes
        </Button>
        {mine === undefined || base.type !== theirs.type ? null : (
          <Button onClick={() => onApplyMine(theirs, mine)}>Keep both, mine wins</Button>
        )}
      </Group>
    </Stack>
  );
}

function differencesBetween(base: Job, mine: Definition | undefined, theirs: Job): readonly Difference[] {
  const before = definitionOf(base);
  return differencesOf({ base: before, mine: mine ?? before, theirs: definitionOf(theirs) });
}

function isOtherJob(base: Job, theirs: Job): boolean {
  return base.uid !== theirs.uid;
}
