import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { useJobRuns, useTopJobs } from '../../data/queries/queries.ts';
import { NotLoaded } from '../../ui/feedback/states.tsx';
import { CheckIcon } from '../../ui/icons.tsx';
import { Elapsed } from '../../ui/instant/instant.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { failuresPath, jobPath } from '../../ui/paths.ts';
import { errorLine } from '../../ui/status/run-words.ts';
import { HealthBadge, JobStatusBadge } from '../../ui/status/status.tsx';
import { Plain } from '../../ui/text/text.tsx';
import { ListItem } from './list-item.tsx';
import classes from './lists.module.css';

const SHOWN = 8;

/** Unhealthy jobs and the reasons. */
export function AttentionPanel() {
  const { data: page, error, refetch } = useTopJobs({ health: 'unhealthy', limit: SHOWN });
  return (
    <Panel
      title="Needs attention"
      aside={
        <>
          <Link href={failuresPath()}>Causes of failures</Link>
          {page !== undefined && page.next_cursor !== null ? (
            <Link href="/jobs?health=unhealthy">Show all</Link>
          ) : null}
        </>
      }
    >
      {page === undefined ? (
        <NotLoaded error={error} rows={4} onRetry={refetch} />
      ) : page.data.length === 0 ? (
        <p className={classes.well}>
          <CheckIcon /> No unhealthy jobs.
        </p>
      ) : (
        <ul className={classes.list}>
          {page.data.map((job) => (
            <UnhealthyJob key={job.uid} job={job} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function UnhealthyJob({ job }: { readonly job: Job }) {
  const { reason, since } = job.health;
  return (
    <ListItem href={jobPath(job.id)} name={job.name} aside={<Paused job={job} />}>
      <div className={classes.more}>
        <HealthBadge health={job.health} />
        {since === null ? null : (
          <>
            {' '}
            for <Elapsed since={since} />
          </>
        )}
        {job.health.status === 'failing' ? <LastError job={job} /> : <Detail text={reason} />}
      </div>
      {job.last_status === 'failed' ? (
        <div className={classes.more}>
          <Link href={failuresPath({ job_id: job.id })}>Causes of its failures</Link>
        </div>
      ) : null}
    </ListItem>
  );
}

/** A pause, which the health of an unhealthy job hides. */
function Paused({ job: { status, pause } }: { readonly job: Job }) {
  return status === 'paused' ? <JobStatusBadge status={status} until={pause?.until} /> : null;
}

/** The error of the last failed run; until it is read, how many runs failed. */
function LastError({ job }: { readonly job: Job }) {
  const runs = useJobRuns(job.id, { status: 'failed', limit: 1 });
  const error = runs.data?.pages[0]?.data[0]?.errors.at(-1);
  return <Detail text={error === undefined ? job.health.reason : errorLine(error)} />;
}

function Detail({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  return (
    <>
      : <Plain>{text}</Plain>
    </>
  );
}
