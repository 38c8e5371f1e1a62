import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { useTopJobs } from '../data/queries.ts';
import { Countdown, Instant } from '../parts/instant.tsx';
import { useNow } from '../parts/now.tsx';
import { Panel } from '../parts/panel.tsx';
import { jobPath } from '../parts/paths.ts';
import { Failed, Loading } from '../parts/states.tsx';
import { Plain } from '../parts/text.tsx';
import classes from './lists.module.css';

const SHOWN = 10;
const HOUR_MS = 3_600_000;
const BY_NEXT_RUN = '/jobs?status=active&sort=next_run';

/** What comes due in the next hour, the next first. */
export function UpcomingPanel({ className }: { readonly className?: string | undefined }) {
  // One more tells whether the list is cut.
  const query = { status: 'active', sort: 'next_run', limit: SHOWN + 1 } as const;
  const { data: page, error, refetch } = useTopJobs(query);
  return (
    <Panel
      title="Due in the next hour"
      className={className}
      aside={<Link href={BY_NEXT_RUN}>Active jobs by next run</Link>}
    >
      {page === undefined ? (
        error === null ? (
          <Loading rows={4} />
        ) : (
          <Failed error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <Upcoming jobs={page.data} />
      )}
    </Panel>
  );
}

function Upcoming({ jobs }: { readonly jobs: readonly Job[] }) {
  const now = useNow();
  const soon = jobs.filter(({ next_run: next }) => next !== null && Date.parse(next) <= now + HOUR_MS);
  if (soon.length === 0) return <p className={classes.nothing}>Nothing comes due within an hour.</p>;
  return (
    <>
      <ul className={`${classes.list} ${classes.columns}`}>
        {soon.slice(0, SHOWN).map((job) => (
          <UpcomingJob key={job.uid} job={job} />
        ))}
      </ul>
      {soon.length > SHOWN ? (
        <p className={classes.nothing}>
          These are the next {SHOWN}; more come due within the hour.{' '}
          <Link href={BY_NEXT_RUN}>See them all</Link>
        </p>
      ) : null}
    </>
  );
}

function UpcomingJob({ job }: { readonly job: Job }) {
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Link href={jobPath(job.id)} className={classes.name}>
          <Plain>{job.name}</Plain>
        </Link>
        <span>
          <span className={classes.when}>
            <Countdown to={job.next_run} />
          </span>{' '}
          <span className={classes.more}>
            · <Instant at={job.next_run} />
          </span>
        </span>
      </div>
    </li>
  );
}
