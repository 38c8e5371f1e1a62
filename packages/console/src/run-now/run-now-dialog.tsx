import type { Job, JobType, Run } from '@greenvue/jobs/client';
import { Checkbox, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useRunJob } from '../actions/actions.ts';
import { holdsEnqueuedRuns } from '../data/job-mark.ts';
import { useJobTypes } from '../data/queries/queries.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { runPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';
import { PayloadField, suggestedText, usePayloadLeave } from './payload-field.tsx';
import { readPayload } from './payload-input.ts';
import { RunForm } from './run-form.tsx';
import { StartField, useStart } from './start-field.tsx';

interface DialogProps {
  readonly job: Job;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Starts a run by hand, with the job's payload or another one. */
export function RunNowDialog({ job, opened, onClose }: DialogProps) {
  const [, navigate] = useLocation();
  return (
    <Modal opened={opened} onClose={onClose} title="Run this job now?" size="lg">
      <RunNowForm job={job} onClose={onClose} onStarted={({ id }) => navigate(runPath(id))} />
    </Modal>
  );
}

interface FormProps extends Omit<DialogProps, 'opened'> {
  /** Whether the form says which job it is for. */
  readonly namesJob?: boolean;
  readonly onStarted: (run: Run) => void;
}

/** The fields of the dialog. */
export function RunNowForm(props: FormProps) {
  const { data: types, error, refetch } = useJobTypes();
  const type = types?.find((one) => one.type === props.job.type);
  if (props.job.payload !== null) return <FormWithType {...props} type={type} />;
  // The payload to begin with comes from the type.
  if (types === undefined) return <NotLoaded error={error} rows={4} onRetry={refetch} />;
  return <FormWithType {...props} type={type} />;
}

function FormWithType(props: FormProps & { readonly type: JobType | undefined }) {
  const { job, type, namesJob = false, onStarted, onClose } = props;
  const needsPayload = job.payload === null;
  const [isOther, setOther] = useState(needsPayload);
  const [text, setText] = useState(() =>
    needsPayload ? suggestedText(type) : JSON.stringify(job.payload, null, 2),
  );
  const leave = usePayloadLeave(type);
  const read = readPayload(text);
  const fault = isOther && !read.ok ? read.fault : undefined;
  const start = useStart();
  const run = useRunJob();
  const send = (runAt?: string): void => {
    const payload = isOther && read.ok ? read.payload : undefined;
    run.mutate({ job, payload, runAt }, { onSuccess: onStarted });
  };
  // Jobs with another overlap have one run at a time, and none at a later time.
  const mayWait = job.overlap === 'allow';
  return (
    <RunForm
      meaning={meaningOf(job)}
      type={type}
      action={run}
      isFaulty={fault !== undefined}
      onSubmit={() => (mayWait ? start.whenRead(send) : send())}
      onClose={onClose}
    >
      {namesJob ? (
        <Text fw={600}>
          <Plain>{job.name}</Plain>
        </Text>
      ) : null}
      {needsPayload ? null : (
        <Checkbox
          label="Use another payload for this run"
          description={leave.note}
          disabled={!leave.isGiven}
          checked={isOther}
          onChange={(event) => setOther(event.currentTarget.checked)}
        />
      )}
      {isOther ? (
        <PayloadField
          description={
            <>
              {needsPayload ? NEEDED : "Replaces the job's payload for this run."} {checkedBy(job.type)}
              {needsPayload ? leave.note : undefined}
            </>
          }
          text={text}
          fault={fault}
          isFixed={!leave.isGiven}
          onChange={setText}
        />
      ) : null}
      {mayWait ? <StartField {...start} /> : null}
    </RunForm>
  );
}

const NEEDED = 'This job has no payload, so each run needs one.';

function checkedBy(type: string): string {
  return `The server checks it against the job type ${type}. `;
}

const HELD = 'The job is paused: the run waits until the job is resumed. The schedule does not change.';

function meaningOf(job: Job): string {
  const { overlap, is_running: isRunning, status } = job;
  if (status === 'paused' && holdsEnqueuedRuns(job)) return HELD;
  const always = 'The run starts as soon as a node has a free place. The schedule does not change.';
  const paused = status === 'paused' ? ' The job is paused, but a manual run still starts.' : '';
  if (!isRunning || overlap === 'allow') return `${always}${paused}`;
  if (overlap === 'cancel_previous')
    return `The live run is cancelled, and this one starts when it has ended.${paused}`;
  return overlap === 'queue'
    ? `${always}${paused} Another run is live: this one waits for it, unless one is waiting already.`
    : `The server will refuse this run while another run is live, because the job allows one at a time.${paused}`;
}
