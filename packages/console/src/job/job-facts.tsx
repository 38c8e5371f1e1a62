import type { Job } from '@greenvue/jobs/client';
import { scheduleText } from '../jobs/schedule-text.ts';
import { Ago, Countdown, Instant } from '../parts/instant.tsx';
import { RunStatusBadge } from '../parts/status.tsx';
import { Plain } from '../parts/text.tsx';
import { useZone } from '../parts/zone.tsx';
import { CopyButton } from '../run/copy-button.tsx';
import { Fact, Facts } from '../run/facts.tsx';
import classes from './job.module.css';
import { Who } from './who.tsx';

/** What is known about a job, in short. */
export function JobFacts({ job }: { readonly job: Job }) {
  const { zone } = useZone();
  return (
    <div className={classes.head}>
      <p className={classes.schedule}>
        <span>{scheduleText(job, zone === 'utc' ? { timeZone: 'UTC' } : {})}</span>
        <RawSchedule job={job} />
      </p>
      <Facts>
        <Fact name="Id">
          <span className={classes.withCopy}>
            <code>
              <Plain>{job.id}</Plain>
            </code>
            <CopyButton text={() => job.id} what="the id of the job" />
          </span>
        </Fact>
        <Fact name="Type">
          <code>
            <Plain>{job.type}</Plain>
          </code>
        </Fact>
        <Fact name="Next run">
          <Instant at={job.next_run} />
          {job.next_run === null ? null : (
            <span className={classes.beside}>
              <Countdown to={job.next_run} />
            </span>
          )}
        </Fact>
        <Fact name="Last run">
          <Instant at={job.last_run} />
          {job.last_run === null ? null : (
            <span className={classes.beside}>
              <Ago at={job.last_run} />
            </span>
          )}
          {job.last_status === null ? null : (
            <span className={classes.beside}>
              <RunStatusBadge status={job.last_status} />
            </span>
          )}
        </Fact>
        <Fact name="Created">
          <Instant at={job.created_at} />
          {job.created_by === null ? null : (
            <span className={classes.beside}>
              by <Who actor={job.created_by} />
            </span>
          )}
        </Fact>
        {job.version === 1 ? null : (
          <Fact name="Edited">
            <Instant at={job.updated_at} />
          </Fact>
        )}
      </Facts>
    </div>
  );
}

/** As it is written, where the words say it otherwise. */
function RawSchedule({ job }: { readonly job: Job }) {
  if (job.cron !== null) return <code className={classes.raw}>{job.cron}</code>;
  if (job.interval === null) return null;
  return (
    <code className={classes.raw}>
      {job.interval}
      {job.interval_mode === 'fixed_delay' ? ' fixed_delay' : ''}
    </code>
  );
}
