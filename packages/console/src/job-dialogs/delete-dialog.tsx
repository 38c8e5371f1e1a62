import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { JobMark } from '../data/job-mark.ts';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { jobsText } from '../ui/text/jobs-text.ts';
import classes from './dialogs.module.css';
import { JobNames } from './job-names.tsx';

interface DeleteDialogProps {
  readonly opened: boolean;
  /** Identifies the question: each one gets a new form. */
  readonly number: number;
  /** The jobs to delete. */
  readonly jobs: readonly JobMark[];
  /** Somebody edited the job before it could be deleted. The dialog shows the current job. */
  readonly isSuperseded: boolean;
  /** False if the viewer's role was removed while the question was open. */
  readonly isAllowed: boolean;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onDelete: () => void;
}

/**
 * Says what deleting jobs means, and asks for a text that nobody types by mistake: the id, or the number of
 * jobs.
 */
export function DeleteDialog({ opened, number, isAllowed, ...form }: DeleteDialogProps) {
  const { jobs, isBusy, onClose } = form;
  return (
    <Modal
      opened={opened}
      onClose={isBusy ? keepOpen : onClose}
      title={jobs.length === 1 ? 'Delete this job?' : `Delete ${jobsText(jobs.length)}?`}
    >
      {isAllowed ? <DeleteForm key={number} {...form} /> : <NotAllowed onClose={onClose} />}
    </Modal>
  );
}

type DeleteFormProps = Omit<DeleteDialogProps, 'opened' | 'number' | 'isAllowed'>;

function DeleteForm({ jobs, isSuperseded, isBusy, onClose, onDelete }: DeleteFormProps) {
  const [typed, setTyped] = useState('');
  const [first] = jobs;
  const isOne = jobs.length === 1;
  const word = isOne ? first?.id : String(jobs.length);
  const isSure = typed.trim() === word;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isSure && !isBusy) onDelete();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {isSuperseded ? <SupersededNote /> : null}
        <JobNames jobs={jobs} />
        <Meaning isOne={isOne} />
        <TextInput
          label={
            <>
              To confirm, type {isOne ? 'its id' : 'how many they are'}: <code>{word}</code>
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          autoFocus={isSuperseded}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {isOne ? 'Keep it' : 'Keep them'}
          </Button>
          <Button type="submit" color="red" loading={isBusy} disabled={!isSure}>
            {isOne ? 'Delete the job' : `Delete ${jobsText(jobs.length)}`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function NotAllowed({ onClose }: Pick<DeleteDialogProps, 'onClose'>) {
  return (
    <Stack gap="md">
      <Alert color="yellow" variant="light" role="alert" title="Your role does not allow this any more">
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
    <Alert color="yellow" variant="light" role="alert" title="Somebody has edited it meanwhile">
      So it was not deleted. You see it as it is now: look at it once more, and delete it if you still mean
      to.
    </Alert>
  );
}

/** What deleting the jobs means. */
function Meaning({ isOne }: { readonly isOne: boolean }) {
  const [they, their, them, ids] = isOne
    ? ['It', 'its', 'it', 'id is']
    : ['They', 'their', 'them', 'ids are'];
  return (
    <>
      <Text size="sm">
        {they} can't be brought back. To stop {them} for a time only, pause {them} instead.
      </Text>
      <ul className={classes.meaning}>
        <li>No further slot makes a run, and {their} live runs are cancelled.</li>
        <li>
          The history of {their} runs stays for a while: 30 days, unless the server is set up otherwise.
        </li>
        <li>
          The {ids} free again. A job created with {isOne ? 'it' : 'one of them'} later has a history of its
          own.
        </li>
        <li>What somebody edits meanwhile is left alone.</li>
      </ul>
    </>
  );
}
