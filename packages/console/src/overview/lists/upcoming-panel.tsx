import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { NextCountdown } from '../../data/next-countdown.tsx';
import { useTopJobs } from '../../data/queries/queries.ts';
import { useNow } from '../../ui/clock/now.tsx';
import { NotLoaded } from '../../ui/feedback/states.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { jobPath } from '../../ui/paths.ts';
import { ListItem } from './list-item.tsx';
import classes from './lists.module.css';
import { upcomingOf } from './upcoming.ts';

const SHOWN = 10;
/** More than are shown: others move up as the first ones become due. */
const ASKED = 2 * SHOWN;
const BY_NEXT_RUN = '/jobs?status=active&sort=next_run';

/** The runs due in the next hour, earliest first. */
export function UpcomingPanel({ className }: { readonly className?: string | undefined }) {
  const query = { status: 'active', sort: 'next_run', limit: ASKED } as const;
  const { data: page, error, refetch } = useTopJobs(query);
  return (
    <Panel
      title="Due in the next hour"
      className={className}
      aside={<Link href={BY_NEXT_RUN}>Active jobs by next run</Link>}
    >
      {page === undefined ? (
        <NotLoaded error={error} rows={4} onRetry={refetch} />
      ) : (
        <Upcoming jobs={page.data} />
      )}
    </Panel>
  );
}

function Upcoming({ jobs }: { readonly jobs: readonly Job[] }) {
  const { soon, hasMore, isBehind } = upcomingOf(jobs, useNow(), SHOWN);
  if (soon.length === 0) {
    return (
      <p className={classes.nothing}>
        {isBehind
          ? 'Runs have just become due. The next ones appear in a few seconds.'
          : 'No runs are due in the next hour.'}
      </p>
    );
  }
  return (
    <>
      <ul className={`${classes.list} ${classes.columns}`}>
        {soon.map((job) => (
          <UpcomingJob key={job.uid} job={job} />
        ))}
      </ul>
      {hasMore ? (
        <p className={classes.nothing}>
          Only the next {SHOWN} are shown; more are due within the hour.{' '}
          <Link href={BY_NEXT_RUN}>Show all</Link>
        </p>
      ) : null}
    </>
  );
}

function UpcomingJob({ job }: { readonly job: Job }) {
  return (
    <ListItem
      href={jobPath(job.id)}
      name={job.name}
      aside={
        <span>
          <span className={classes.when}>
            {job.next_run === null ? null : <NextCountdown to={job.next_run} />}
          </span>{' '}
          <span className={classes.more}>
            · <Instant at={job.next_run} />
          </span>
        </span>
      }
    />
  );
}
