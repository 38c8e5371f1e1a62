import type { Job } from '@greenvue/jobs/client';
import { Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useDeleteJob } from '../data/actions.ts';
import { Plain } from '../parts/text.tsx';

interface DialogProps {
  readonly job: Job;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Deletes a job, once its id has been typed. */
export function DeleteDialog({ job, opened, onClose }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      closeButtonProps={{ 'aria-label': 'Close' }}
      title="Delete this job?"
    >
      {opened ? <DeleteForm job={job} onClose={onClose} /> : null}
    </Modal>
  );
}

function DeleteForm({ job, onClose }: Omit<DialogProps, 'opened'>) {
  const [, navigate] = useLocation();
  const action = useDeleteJob();
  const [typed, setTyped] = useState('');
  const isSure = typed === job.id;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isSure || action.isPending) return;
    // Not by a callback of mutate: the page may be gone by then, as the job is.
    action.mutateAsync({ job }).then(
      () => navigate('/jobs'),
      // The action has told why.
      () => undefined,
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Meaning job={job} />
        <TextInput
          label={
            <>
              To confirm, type its id: <code>{job.id}</code>
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button type="submit" color="red" loading={action.isPending} disabled={!isSure}>
            Delete the job
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What deleting it means. */
function Meaning({ job }: { readonly job: Job }) {
  return (
    <>
      <Text>
        <strong>
          <Plain>{job.name}</Plain>
        </strong>{' '}
        can not be brought back.
      </Text>
      <List size="sm" spacing={4}>
        <List.Item>It stops at once: no further slot makes a run.</List.Item>
        <List.Item>
          {job.is_running
            ? 'It is at work now: its live runs are cancelled.'
            : 'What is live of it is cancelled.'}
        </List.Item>
        <List.Item>
          Its history stays for a while, under its id: 30 days, unless the server is set up otherwise.
        </List.Item>
        <List.Item>The id is free again. A job made with it later has a history of its own.</List.Item>
      </List>
      <Text size="sm">To stop it for a time only, pause it instead.</Text>
    </>
  );
}
