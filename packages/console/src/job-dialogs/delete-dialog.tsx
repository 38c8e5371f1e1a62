import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { DialogForm } from '../ui/feedback/dialog-form.tsx';
import { jobsText } from '../ui/text/jobs-text.ts';
import classes from './dialogs.module.css';
import { JobNames } from './job-names.tsx';
import type { AskedJobs } from './use-asked-jobs.ts';

interface DeleteDialogProps {
  readonly opened: boolean;
  /** Identifies the question: each one gets a new form. */
  readonly number: number;
  readonly jobs: AskedJobs;
  /** Another user edited the job before the deletion. The dialog shows the current job. */
  readonly isSuperseded: boolean;
  /** False if the viewer's role was removed while the question was open. */
  readonly isAllowed: boolean;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onDelete: () => void;
}

/**
 * Explains the deletion, and asks for a text that users cannot type by mistake: the id, or the number of
 * jobs.
 */
export function DeleteDialog({ opened, number, isAllowed, ...form }: DeleteDialogProps) {
  const { jobs, isBusy, onClose } = form;
  return (
    <Modal opened={opened} onClose={isBusy ? keepOpen : onClose} title={`Delete ${countText(jobs)}?`}>
      {isAllowed ? <DeleteForm key={number} {...form} /> : <NotAllowed onClose={onClose} />}
    </Modal>
  );
}

function countText({ count }: AskedJobs): string {
  if (count === undefined) return 'the selected jobs';
  return count === 1 ? 'this job' : jobsText(count);
}

type DeleteFormProps = Omit<DeleteDialogProps, 'opened' | 'number' | 'isAllowed'>;

function DeleteForm({ jobs, isSuperseded, isBusy, onClose, onDelete }: DeleteFormProps) {
  const [typed, setTyped] = useState('');
  const { count, first } = jobs;
  const isOne = count === 1;
  const word = isOne ? first[0]?.id : count?.toString();
  const isSure = count !== 0 && typed.trim() === word;
  return (
    <DialogForm
      submitLabel={isOne ? 'Delete job' : count === undefined ? 'Delete jobs' : `Delete ${jobsText(count)}`}
      danger
      isBusy={isBusy}
      isReady={isSure}
      onSubmit={onDelete}
      onClose={onClose}
    >
      {isSuperseded ? <SupersededNote /> : null}
      <JobNames jobs={jobs} />
      <Meaning isOne={isOne} />
      <TextInput
        label={
          <>
            To confirm, type {isOne ? 'the id' : 'the number of jobs'}
            {word === undefined ? null : (
              <>
                : <code>{word}</code>
              </>
            )}
          </>
        }
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        autoFocus={isSuperseded}
      />
    </DialogForm>
  );
}

function NotAllowed({ onClose }: Pick<DeleteDialogProps, 'onClose'>) {
  return (
    <Stack gap="md">
      <Alert color="yellow" variant="light" role="alert" title="Your role no longer allows this">
        Only admins can delete jobs. Nothing was deleted.
      </Alert>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} autoFocus>
          Close
        </Button>
      </Group>
    </Stack>
  );
}

function SupersededNote() {
  return (
    <Alert color="yellow" variant="light" role="alert" title="Someone else changed this job">
      The job was not deleted. This dialog now shows its latest version: check it, then delete it if you still
      want to.
    </Alert>
  );
}

function Meaning({ isOne }: { readonly isOne: boolean }) {
  const [they, their, them, ids] = isOne
    ? ['This job', 'its', 'it', 'id is']
    : ['These jobs', 'their', 'them', 'ids are'];
  return (
    <>
      <Text size="sm">
        {they} cannot be restored. To stop {them} for a while, pause {them} instead.
      </Text>
      <ul className={classes.meaning}>
        <li>No new runs start, and {their} live runs are cancelled.</li>
        <li>The history of {their} runs stays for 30 days, unless the server is configured otherwise.</li>
        <li>
          The {ids} free again. A new job with {isOne ? 'this id' : 'one of these ids'} starts with an empty
          history.
        </li>
        <li>
          {isOne
            ? 'If someone else changes the job before this is done, it is not deleted.'
            : 'If someone else deletes a job and creates it again meanwhile, the new job is not deleted.'}
        </li>
      </ul>
    </>
  );
}
