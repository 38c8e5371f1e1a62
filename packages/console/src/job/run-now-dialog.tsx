import { ApiError, type Job } from '@greenvue/jobs/client';
import { Button, Checkbox, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useRunJob } from '../data/actions.ts';
import { useZone } from '../parts/zone.tsx';
import { instantOfInput } from './instant-input.ts';
import classes from './job.module.css';
import { readPayload } from './payload-input.ts';

interface DialogProps {
  readonly job: Job;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Runs a job by hand: as it is, or with a payload for this run alone. */
export function RunNowDialog({ job, opened, onClose }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      closeButtonProps={{ 'aria-label': 'Close' }}
      title="Run this job now?"
      size="lg"
    >
      {opened ? <RunNowForm job={job} onClose={onClose} /> : null}
    </Modal>
  );
}

function RunNowForm({ job, onClose }: Omit<DialogProps, 'opened'>) {
  const [, navigate] = useLocation();
  const { zone } = useZone();
  const action = useRunJob();
  const [hasOwn, setHasOwn] = useState(false);
  const [text, setText] = useState(() => JSON.stringify(job.payload, null, 2));
  const [later, setLater] = useState('');
  const read = readPayload(text);
  const fault = hasOwn && !read.ok ? read.fault : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (fault !== undefined || action.isPending) return;
    const payload = hasOwn && read.ok ? read.payload : undefined;
    const done = { onSuccess: ({ id }: { readonly id: string }) => navigate(`/runs/${id}`) };
    action.mutate({ job, payload, runAt: instantOfInput(later, zone) }, done);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">{meaningOf(job)}</Text>
        <Checkbox
          label="With another payload, for this run alone"
          checked={hasOwn}
          onChange={(event) => setHasOwn(event.currentTarget.checked)}
        />
        {hasOwn ? (
          <PayloadField
            type={job.type}
            text={text}
            fault={fault ?? serverFault(action.error)}
            onChange={setText}
          />
        ) : null}
        {job.overlap === 'allow' ? <LaterField later={later} onChange={setLater} /> : null}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button type="submit" data-autofocus loading={action.isPending} disabled={fault !== undefined}>
            Run now
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PayloadFieldProps {
  readonly type: string;
  readonly text: string;
  readonly fault: string | undefined;
  readonly onChange: (text: string) => void;
}

function PayloadField({ type, text, fault, onChange }: PayloadFieldProps) {
  return (
    <Textarea
      className={classes.code}
      label="Payload"
      description={`It replaces the payload of the job, and is checked against the job type ${type}.`}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={fault}
      autosize
      minRows={4}
      maxRows={16}
      spellCheck={false}
    />
  );
}

interface LaterFieldProps {
  readonly later: string;
  readonly onChange: (later: string) => void;
}

function LaterField({ later, onChange }: LaterFieldProps) {
  const { zone } = useZone();
  return (
    <TextInput
      type="datetime-local"
      step={1}
      label={zone === 'utc' ? 'Not before (UTC)' : 'Not before (your time)'}
      description="Left empty, it runs at once."
      value={later}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function meaningOf({ overlap, is_running: isRunning, status }: Job): string {
  const always = 'It starts as soon as a node has a free place. The schedule stays as it is.';
  const paused = status === 'paused' ? ' The job is paused; a run asked for by hand goes through.' : '';
  if (!isRunning || overlap === 'allow') return `${always}${paused}`;
  return overlap === 'queue'
    ? `${always}${paused} A run is live now: this one waits for it, unless another one waits already.`
    : `A run is live now, and the job allows one at a time: it is refused until that one has ended.${paused}`;
}

/** What the server has against the payload. */
function serverFault(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.faults.length === 0) return undefined;
  return error.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
}
