import { ApiError, type Job } from '@greenvue/jobs/client';
import { Button, Checkbox, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useRunJob } from '../../actions/actions.ts';
import { useJobTypes } from '../../data/queries.ts';
import { useMay } from '../../session/session.tsx';
import { useZone } from '../../ui/clock/zone.tsx';
import { FaultAlert } from '../../ui/feedback/fault-alert.tsx';
import { type InstantDraft, instantDraft, readInstant, UNFINISHED } from '../../ui/instant/instant-draft.ts';
import { InstantField } from '../../ui/instant/instant-field.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { runPath } from '../../ui/paths.ts';
import { Plain } from '../../ui/text/text.tsx';
import { readPayload } from './payload-input.ts';

interface DialogProps {
  readonly job: Job;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Starts a run by hand, with the job's payload or another one. */
export function RunNowDialog({ job, opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Run this job now?" size="lg">
      {opened ? <RunNowForm job={job} onClose={onClose} /> : null}
    </Modal>
  );
}

function RunNowForm({ job, onClose }: Omit<DialogProps, 'opened'>) {
  const own = useOwnPayload(job);
  const leave = usePayloadLeave(job.type);
  const { judge, ...later } = useLater();
  const run = useStart(job);
  const mayWait = job.overlap === 'allow';
  const refusal = serverFault(run.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // Jobs with another overlap have one run at a time, and none at a later time.
    const isWhole = !mayWait || judge();
    if (isWhole && own.fault === undefined)
      run.start(own.payload, mayWait ? readInstant(later.draft) : undefined);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">{meaningOf(job)}</Text>
        <Checkbox
          label="Use another payload for this run"
          description={leave.note}
          disabled={!leave.isGiven}
          checked={own.isOn}
          onChange={(event) => own.setOn(event.currentTarget.checked)}
        />
        {own.isOn ? (
          <PayloadField type={job.type} text={own.text} fault={own.fault} onChange={own.setText} />
        ) : null}
        {mayWait ? (
          <InstantField
            label="Not before"
            name="Not before"
            description="Optional. If empty, the run starts now."
            {...later}
          />
        ) : null}
        <FaultAlert>{refusal === undefined ? undefined : <Plain>{refusal}</Plain>}</FaultAlert>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" data-autofocus loading={run.isPending} disabled={own.fault !== undefined}>
            Run now
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A payload for this run only, if the user enters one. */
function useOwnPayload(job: Job) {
  // A job without a payload needs one for each run.
  const [isOn, setOn] = useState(job.payload === null);
  const [text, setText] = useState(() => JSON.stringify(job.payload ?? {}, null, 2));
  const read = readPayload(text);
  return {
    isOn,
    setOn,
    text,
    setText,
    payload: isOn && read.ok ? read.payload : undefined,
    fault: isOn && !read.ok ? read.fault : undefined,
  };
}

/** Whether the viewer's role may change the payload of a run, and a note about it. The server decides. */
function usePayloadLeave(typeName: string): { readonly isGiven: boolean; readonly note: ReactNode } {
  const may = useMay();
  const { data: types } = useJobTypes();
  if (may.admin) return { isGiven: true, note: undefined };
  if (types === undefined) return { isGiven: false, note: undefined };
  const fields = types.find(({ type }) => type === typeName)?.operators_may_set ?? [];
  if (fields.length === 0) return { isGiven: false, note: 'Only admins can change the payload.' };
  const note = (
    <>
      Operators can change <Plain>{fields.join(', ')}</Plain>.
    </>
  );
  return { isGiven: true, note };
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
      classNames={{ input: blocks.code }}
      label="Payload"
      description={`Replaces the job's payload for this run. The server checks it against the job type ${type}.`}
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

/** The earliest time for the run. */
function useLater() {
  const { zone } = useZone();
  const [draft, setDraft] = useState(() => instantDraft(undefined, zone));
  const [fault, setFault] = useState<string>();
  return {
    draft,
    fault,
    onChange: (next: InstantDraft) => {
      setFault(undefined);
      setDraft(next);
    },
    /** Shows the error of the time; true if there is none. */
    judge: () => {
      setFault(draft.isUnfinished ? UNFINISHED : undefined);
      return !draft.isUnfinished;
    },
  };
}

function useStart(job: Job) {
  const [, navigate] = useLocation();
  const { mutate, isPending, error } = useRunJob();
  const start = (payload: Job['payload'] | undefined, runAt: string | undefined): void => {
    if (!isPending) mutate({ job, payload, runAt }, { onSuccess: ({ id }) => navigate(runPath(id)) });
  };
  return { start, isPending, error };
}

function meaningOf({ overlap, is_running: isRunning, status }: Job): string {
  const always = 'The run starts as soon as a node has a free place. The schedule does not change.';
  const paused = status === 'paused' ? ' The job is paused, but a manual run still starts.' : '';
  if (!isRunning || overlap === 'allow') return `${always}${paused}`;
  return overlap === 'queue'
    ? `${always}${paused} Another run is live: this one waits for it, unless one is waiting already.`
    : `The server will refuse this run while another run is live, because the job allows one at a time.${paused}`;
}

/** The server's error about the payload or the time. */
function serverFault(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.faults.length === 0) return undefined;
  return error.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
}
