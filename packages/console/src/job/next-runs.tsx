import type { Job } from '@greenvue/jobs/client';
import { useEffect, useRef } from 'react';
import { isHeld } from '../data/is-held.ts';
import { useAllPaused, usePreview } from '../data/queries/queries.ts';
import { useNow } from '../ui/clock/now.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { Ago } from '../ui/instant/instant.tsx';
import { SlotList } from '../ui/instant/slot-list.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { endText } from '../ui/schedule/schedule-text.ts';
import classes from './job.module.css';

const SHOWN = 8;
/** The timeline also shows some of them. */
const ASKED = 20;

export interface Upcoming {
  /** Earliest first; only the next one if the server could not compute more. */
  readonly times: readonly string[];
  readonly isReading: boolean;
  readonly error: unknown;
}

/** The future run times of a job. Reads them again whenever its next run changes. */
export function useUpcoming(job: Job): Upcoming {
  // The server cannot validate a job whose type it does not have.
  const isJudged = job.health.status !== 'no_handler';
  const preview = usePreview(isJudged ? { job_id: job.id, count: ASKED } : undefined);
  const state = `${job.uid} ${job.version} ${job.status} ${job.next_run}`;
  const asked = useRef(state);
  const { refetch } = preview;
  useEffect(() => {
    if (asked.current === state) return;
    asked.current = state;
    if (isJudged) void refetch();
  }, [state, isJudged, refetch]);
  const known = job.next_run === null ? [] : [job.next_run];
  return {
    times: (isJudged ? preview.data?.times : undefined) ?? known,
    isReading: isJudged && preview.isPending,
    error: isJudged ? preview.error : null,
  };
}

/** The future runs of a job. */
export function NextRuns({ job, upcoming }: { readonly job: Job; readonly upcoming: Upcoming }) {
  const now = useNow();
  const { data: pause } = useAllPaused();
  const reason = noneText(job);
  const times = upcoming.times.slice(0, SHOWN);
  return (
    <Panel title="Next runs">
      {times.length === 0 ? (
        <p className={blocks.quiet}>
          {upcoming.isReading && reason === undefined ? 'Loading…' : (reason ?? 'None.')}
        </p>
      ) : (
        <SlotList
          className={classes.times}
          times={times}
          timeZone={job.timezone}
          beside={(at) => (
            <span className={blocks.quiet}>
              {isHeld(at, pause) ? 'held' : Date.parse(at) <= now ? 'due' : <Ago at={at} />}
            </span>
          )}
        />
      )}
      {times.length > 0 && isCountedFromEnd(job) ? (
        <p className={blocks.quiet}>Later runs depend on when each run ends.</p>
      ) : null}
      {job.health.status === 'no_handler' && times.length > 0 ? (
        <p className={blocks.quiet}>Later runs are known once a node has the job type.</p>
      ) : null}
      {upcoming.error === null ? null : (
        <p className={blocks.quiet}>The server could not calculate later runs: {errorText(upcoming.error)}</p>
      )}
    </Panel>
  );
}

function isCountedFromEnd(job: Job): boolean {
  return job.interval_mode === 'fixed_delay';
}

/** Why there is no next run; undefined if the job itself is not the reason. */
function noneText(job: Job): string | undefined {
  if (job.status === 'paused') return 'None while the job is paused.';
  if (job.status === 'finished') return 'None: the job is finished.';
  if (job.on_demand) return 'None: the job runs on demand.';
  if (job.after != null) return `The next run starts when ${endText(job.after)}.`;
  if (isCountedFromEnd(job) && job.is_running) return 'Known when the current run ends.';
  if (job.run_at !== null) return 'None: its only run has started.';
  return job.next_run === null ? 'None.' : undefined;
}

function errorText(error: unknown): string {
  const { title, detail } = faultWords(error);
  return detail ?? title;
}
