import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { useTopJobs } from '../../data/queries.ts';
import { NotLoaded } from '../../ui/feedback/states.tsx';
import { CheckIcon } from '../../ui/icons.tsx';
import { Ago, Instant } from '../../ui/instant/instant.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { jobPath } from '../../ui/paths.ts';
import { HealthBadge } from '../../ui/status/status.tsx';
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
        page !== undefined && page.next_cursor !== null ? (
          <Link href="/jobs?health=unhealthy">Show all</Link>
        ) : undefined
      }
    >
      {page === undefined ? (
        <NotLoaded error={error} rows={4} onRetry={refetch} />
      ) : page.data.length === 0 ? (
        <p className={classes.well}>
          <CheckIcon /> All jobs are healthy.
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
    <ListItem href={jobPath(job.id)} name={job.name} aside={<HealthBadge health={job.health} />}>
      <div className={classes.more}>
        {reason === null ? null : <Plain>{reason}</Plain>}
        {since === null ? null : (
          <>
            {reason === null ? '' : ', '}since <Instant at={since} />, <Ago at={since} />
          </>
        )}
      </div>
    </ListItem>
  );
}
