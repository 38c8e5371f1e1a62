import type { Job } from '@greenvue/jobs/client';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Actor } from '../data/actor.tsx';
import { whyNoEdit } from '../data/declaration-words.ts';
import { NextCountdown } from '../data/next-countdown.tsx';
import { RUNS_PAGE, useJobRuns } from '../data/queries/queries.ts';
import { Ago, Instant } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Fact, Facts } from '../ui/layout/facts.tsx';
import { jobTypePath } from '../ui/paths.ts';
import { scheduleText } from '../ui/schedule/schedule-text.ts';
import { useViewer } from '../ui/schedule/use-viewer.ts';
import { LastStatusBadge } from '../ui/status/status.tsx';
import { CopyButton } from '../ui/text/copy-button.tsx';
import { Plain } from '../ui/text/text.tsx';
import classes from './job.module.css';
import { WaitingFacts } from './waiting-jobs.tsx';

/** The main facts about a job. */
export function JobFacts({ job }: { readonly job: Job }) {
  const viewer = useViewer();
  return (
    <div className={blocks.box}>
      <p className={classes.schedule}>
        <span>{scheduleText(job, viewer)}</span>
        <RawSchedule job={job} />
      </p>
      <Facts>
        <Fact name="Id">
          <span className={blocks.inline}>
            <code>
              <Plain>{job.id}</Plain>
            </code>
            <CopyButton text={() => job.id} what="the id of the job" />
          </span>
        </Fact>
        <Fact name="Type">
          <Link href={jobTypePath(job.type)}>
            <Plain>{job.type}</Plain>
          </Link>
        </Fact>
        <WaitingFacts job={job} />
        <TimeFacts job={job} />
      </Facts>
    </div>
  );
}

function TimeFacts({ job }: { readonly job: Job }) {
  const runs = useJobRuns(job.id, RUNS_PAGE);
  return (
    <>
      <Fact name="Next run">
        <Instant at={job.next_run} />
        {job.next_run === null ? null : (
          <Beside>
            <NextCountdown to={job.next_run} />
          </Beside>
        )}
        {job.next_slot === job.next_run ? null : (
          <Beside>
            for the slot <Instant at={job.next_slot} />
          </Beside>
        )}
      </Fact>
      {job.max_runs === null ? null : (
        <Fact name="Runs made">
          {job.runs_made ?? 0} of {job.max_runs}
        </Fact>
      )}
      <Fact name="Last run">
        <Instant at={job.last_run} />
        {job.last_run === null ? null : (
          <Beside>
            <Ago at={job.last_run} />
          </Beside>
        )}
        {job.last_status === null ? null : (
          <Beside>
            <LastStatusBadge job={job} newest={runs.data?.pages[0]?.data[0]} />
          </Beside>
        )}
      </Fact>
      {job.declaration == null ? null : (
        <Fact name="Declared in">
          <code>
            <Plain>{job.declaration.declared_in}</Plain>
          </code>
          <Beside>{whyNoEdit(job)}</Beside>
        </Fact>
      )}
      <Fact name="Created">
        <Instant at={job.created_at} />
        {job.created_by === null ? null : (
          <Beside>
            by <Actor actor={job.created_by} />
          </Beside>
        )}
      </Fact>
      {job.version === 1 ? null : (
        <Fact name="Edited">
          <Instant at={job.updated_at} />
        </Fact>
      )}
    </>
  );
}

function Beside({ children }: { readonly children: ReactNode }) {
  return <span className={classes.beside}>{children}</span>;
}

/** The schedule as it was written, where its text differs. */
function RawSchedule({ job }: { readonly job: Job }) {
  const local = job.cron ?? job.rrule;
  // An older server sends no `rrule`.
  if (local != null) return <code className={classes.raw}>{local}</code>;
  if (job.interval === null) return null;
  return (
    <code className={classes.raw}>
      {job.interval}
      {job.interval_mode === 'fixed_delay' ? ' fixed_delay' : ''}
    </code>
  );
}
