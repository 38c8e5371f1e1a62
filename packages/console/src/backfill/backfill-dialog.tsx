import { ApiError, type Backfill, type BackfillPlan, type Job } from '@greenvue/jobs/client';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { FormEvent } from 'react';
import { useResumeJob } from '../actions/actions.ts';
import { RUNS_PAGE, useJobRuns } from '../data/queries/queries.ts';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { faultWords, plainDetail } from '../ui/feedback/fault-words.ts';
import { Loading, NotLoaded } from '../ui/feedback/states.tsx';
import { Plain } from '../ui/text/text.tsx';
import { BackfillState } from './backfill-state.tsx';
import { slotCount } from './backfill-words.ts';
import { PlanAnswer } from './plan-answer.tsx';
import { useBackfill, useBackfillPlan, useStartBackfill } from './use-backfills.ts';
import type { SlotRun } from './window/last-gap.ts';
import type { SlotWindow } from './window/slot-window.ts';
import { useWindow } from './window/use-window.ts';
import { WindowFields } from './window/window-fields.tsx';

interface DialogProps {
  readonly job: Job;
  /** What to look at first. Default: the last gap. */
  readonly window?: SlotWindow | undefined;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Finds past slots of a job without a run that succeeded, and runs them. */
export function BackfillDialog({ job, window, opened, onClose }: DialogProps) {
  const start = useStartBackfill();
  const id = start.data?.id ?? undefined;
  return (
    <Modal
      opened={opened}
      onClose={start.isPending ? keepOpen : onClose}
      onExitTransitionEnd={start.reset}
      title={id === undefined ? 'Is anything missing?' : <StartedTitle id={id} jobId={job.id} />}
      size="xl"
    >
      {id === undefined ? (
        <DialogBody job={job} window={window} start={start} onClose={onClose} />
      ) : (
        <Started id={id} job={job} onClose={onClose} />
      )}
    </Modal>
  );
}

function StartedTitle({ id, jobId }: { readonly id: string; readonly jobId: string }) {
  const { data } = useBackfill(id, jobId);
  return data !== undefined && isOver(data) ? `Backfill ${data.status}` : 'Backfill started';
}

interface BodyProps extends Omit<DialogProps, 'opened'> {
  readonly start: ReturnType<typeof useStartBackfill>;
}

function DialogBody(props: BodyProps) {
  const { job, onClose } = props;
  const runs = useJobRuns(job.id, RUNS_PAGE);
  if (job.status === 'paused') return <PausedJob job={job} onClose={onClose} />;
  if (runs.data === undefined) return <NotLoaded error={runs.error} rows={6} onRetry={runs.refetch} />;
  return <WindowForm {...props} runs={runs.data.pages.flatMap(({ data }) => data)} />;
}

function PausedJob({ job, onClose }: Pick<BodyProps, 'job' | 'onClose'>) {
  const resume = useResumeJob();
  return (
    <Stack gap="md">
      <Text>
        The job is paused, so no run of a backfill would start. Resume the job first. Slots that passed during
        the pause are then missing slots.
      </Text>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={resume.isPending} onClick={() => resume.mutate({ job })}>
          Resume the job
        </Button>
      </Group>
    </Stack>
  );
}

interface FormProps extends BodyProps {
  readonly runs: readonly SlotRun[];
}

function WindowForm({ job, window, runs, start, onClose }: FormProps) {
  const { gap, draft, setDraft, question, isAsked, ask, faults } = useWindow(job, runs, window);
  const plan = useBackfillPlan(job, question);
  const check = (event: FormEvent): void => {
    event.preventDefault();
    start.reset();
    ask();
  };
  const error = isAsked ? (start.error ?? plan.error) : null;
  const known = isAsked && plan.isSuccess ? plan.data : undefined;
  return (
    <form onSubmit={check} noValidate>
      <Stack gap="md">
        <Text size="sm">
          A backfill runs what is missing: it makes a run for each past slot of <Plain>{job.name}</Plain>{' '}
          without a run that succeeded, oldest first. Slots that become due meanwhile go first.
        </Text>
        <WindowFields
          job={job}
          gap={gap}
          draft={draft}
          faults={{
            from: faults.from ?? faultAt(error, '/from'),
            to: faults.to ?? faultAt(error, '/to'),
          }}
          onChange={setDraft}
        />
        <FaultAlert>{otherFault(error)}</FaultAlert>
        {plan.isPending && isAsked ? <Loading rows={3} /> : null}
        {known === undefined ? null : <PlanAnswer plan={known} />}
        <Buttons plan={known} isChecking={plan.isFetching} start={start} job={job} onClose={onClose} />
      </Stack>
    </form>
  );
}

interface ButtonsProps extends BodyProps {
  readonly plan: BackfillPlan | undefined;
  readonly isChecking: boolean;
}

function Buttons({ plan, isChecking, start, job, onClose }: ButtonsProps) {
  const begin = ({ from, to, only_missing }: BackfillPlan): void => {
    // The window of the answer, which ended when it was given.
    start.mutate({ job, body: { from, to, only_missing } });
  };
  const isReady = plan !== undefined && plan.slots > 0;
  return (
    <Group justify="flex-end" gap="sm">
      <Button variant="default" onClick={onClose} disabled={start.isPending}>
        {isReady ? 'Cancel' : 'Close'}
      </Button>
      <Button type="submit" variant="default" loading={isChecking} disabled={start.isPending}>
        Check
      </Button>
      {isReady ? (
        <Button loading={start.isPending} onClick={() => begin(plan)}>
          Run {slotCount(plan.slots)}
        </Button>
      ) : null}
    </Group>
  );
}

function faultAt(error: Error | null, pointer: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const fault = error.faults.find((one) => one.pointer === pointer);
  return fault === undefined ? undefined : plainDetail(fault.detail);
}

/** What is wrong, if no field is. */
function otherFault(error: Error | null): string | undefined {
  if (error === null || faultAt(error, '/from') !== undefined || faultAt(error, '/to') !== undefined)
    return undefined;
  if (error instanceof ApiError && error.status === 412)
    return 'Someone else changed this job, so it may have other slots now. Check again.';
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}

function Started({ id, job, onClose }: { readonly id: string } & Pick<BodyProps, 'job' | 'onClose'>) {
  const query = useBackfill(id, job.id);
  return (
    <Stack gap="md">
      {query.data === undefined ? (
        <NotLoaded error={query.error} rows={3} onRetry={query.refetch} />
      ) : (
        <BackfillState backfill={query.data} />
      )}
      <Text size="sm" c="dimmed">
        {isOver(query.data)
          ? 'The page of the job lists this backfill under Backfills.'
          : 'It continues when you close this dialog, also after a restart of the server. The page of the job shows it under Backfills.'}
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  );
}

function isOver(backfill: Backfill | undefined): boolean {
  return backfill?.status === 'finished' || backfill?.status === 'cancelled';
}
