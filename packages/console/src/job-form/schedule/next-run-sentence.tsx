import type { Job } from '@greenvue/jobs/client';
import { Text } from '@mantine/core';
import { Instant } from '../../ui/instant/instant.tsx';
import { endText } from '../../ui/schedule/schedule-text.ts';
import type { ScheduleBody } from '../parts/schedule-draft.ts';
import type { NextRunChange } from './next-run.ts';

interface NextRunSentenceProps {
  readonly change: NextRunChange;
  readonly job: Pick<Job, 'status'>;
  /** The schedule after the edit. */
  readonly schedule: ScheduleBody;
}

/** The effect of an edit on the next run. */
export function NextRunSentence({ change, job, schedule }: NextRunSentenceProps) {
  return (
    <Text size="sm" component="div">
      <Words change={change} job={job} schedule={schedule} />
    </Text>
  );
}

function Words({ change, job, schedule }: NextRunSentenceProps) {
  switch (change.kind) {
    case 'stays':
      return (
        <>
          The next run stays at <Instant at={change.at} />.
        </>
      );
    case 'moves':
      return (
        <>
          The next run moves from <Instant at={change.from} /> to{' '}
          <strong>
            <Instant at={change.to} />
          </strong>
          .
        </>
      );
    case 'comes':
      return (
        <>
          The job had no next run and now gets one at{' '}
          <strong>
            <Instant at={change.to} />
          </strong>
          .
        </>
      );
    case 'goes':
      return (
        <>
          The run at <Instant at={change.from} /> will not happen. {noNextRun(job, schedule)}
        </>
      );
    case 'none':
      return noNextRun(job, schedule);
    default:
      return change satisfies never;
  }
}

function noNextRun({ status }: Pick<Job, 'status'>, schedule: ScheduleBody): string {
  if (status === 'paused') return 'The job is paused. It has no next run until someone resumes it.';
  if ('after' in schedule) return `The next run starts when ${endText(schedule.after)}.`;
  if ('on_demand' in schedule) return 'The job will only run on demand.';
  if ('interval' in schedule && schedule.interval_mode === 'fixed_delay') {
    return 'The next run is set when the current run ends.';
  }
  return 'The job has no next run.';
}
