import type { Job } from '@greenvue/jobs/client';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Instant } from '../../ui/instant/instant.tsx';
import { type Definition, definitionOf } from '../draft/draft.ts';
import { DifferenceList } from './change-list.tsx';
import { type Difference, differencesOf } from './changes.ts';

interface ConflictDialogProps {
  /** The job as it was read. */
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
 * Shown when somebody else saved the job during this edit: compares both versions and lets the user choose.
 */
export function ConflictDialog(props: ConflictDialogProps) {
  const { base, theirs, mine, onTakeTheirs, onApplyMine, onClose } = props;
  return (
    <Modal
      opened={theirs !== undefined}
      onClose={onClose}
      title="Somebody else has edited this job meanwhile"
      size="xl"
    >
      {theirs === undefined ? null : (
        <Stack gap="lg">
          <Text size="sm">
            It was saved <Instant at={theirs.updated_at} />, after you had opened it. Nothing of yours is
            saved yet, and nothing of it is lost.
          </Text>
          {isOtherJob(base, theirs) ? (
            <Text size="sm" fw={600}>
              It was deleted and created anew since, so it is another job under the same id
              {base.type === theirs.type ? '.' : `, of the type ${theirs.type}. Your changes do not fit it.`}
            </Text>
          ) : null}
          <DifferenceList differences={differencesBetween(base, mine, theirs)} />
          {mine === undefined ? (
            <Text size="sm">Yours are not shown: something in the form is not right yet.</Text>
          ) : null}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose} data-autofocus>
              Go on editing
            </Button>
            <Button variant="default" onClick={() => onTakeTheirs(theirs)}>
              Take theirs, drop mine
            </Button>
            {mine === undefined || base.type !== theirs.type ? null : (
              <Button onClick={() => onApplyMine(theirs, mine)}>Put mine on top of theirs</Button>
            )}
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function differencesBetween(base: Job, mine: Definition | undefined, theirs: Job): readonly Difference[] {
  const before = definitionOf(base);
  return differencesOf({ base: before, mine: mine ?? before, theirs: definitionOf(theirs) });
}

function isOtherJob(base: Job, theirs: Job): boolean {
  return base.uid !== theirs.uid;
}
