import type { Run } from '@greenvue/jobs/client';
import { Progress } from '@mantine/core';
import { useRuns } from '../../data/queries/queries.ts';
import { NotLoaded } from '../../ui/feedback/states.tsx';
import { Ago } from '../../ui/instant/instant.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { runPath } from '../../ui/paths.ts';
import { Plain } from '../../ui/text/text.tsx';
import { ListItem } from './list-item.tsx';
import classes from './lists.module.css';

const SHOWN = 10;

/** The running runs and their progress. */
export function RunningPanel({ className }: { readonly className?: string | undefined }) {
  const { data, error, refetch } = useRuns({ status: 'running', limit: SHOWN });
  const [page] = data?.pages ?? [];
  return (
    <Panel
      title="Running now"
      className={className}
      aside={page !== undefined && page.next_cursor !== null ? `Newest ${SHOWN}` : undefined}
    >
      {page === undefined ? (
        <NotLoaded error={error} rows={4} onRetry={refetch} />
      ) : page.data.length === 0 ? (
        <p className={classes.nothing}>Nothing is running.</p>
      ) : (
        <ul className={classes.list}>
          {page.data.map((run) => (
            <RunningRun key={run.id} run={run} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function RunningRun({ run }: { readonly run: Run }) {
  return (
    <ListItem
      href={runPath(run.id)}
      name={run.job_name}
      title={run.job_id}
      aside={
        <span className={classes.more}>
          {run.attempt > 1 ? `attempt ${run.attempt}, ` : ''}
          {run.cancel_requested ? 'asked to stop, ' : ''}
          started <Ago at={run.started_at} />
        </span>
      }
    >
      {run.progress === null ? null : <RunProgress job={run.job_name} progress={run.progress} />}
    </ListItem>
  );
}

interface RunProgressProps {
  readonly job: string;
  readonly progress: NonNullable<Run['progress']>;
}

function RunProgress({ job, progress: { done, total, note } }: RunProgressProps) {
  const share = total === null || total <= 0 ? undefined : Math.min(100, (done / total) * 100);
  return (
    <>
      {share === undefined ? null : (
        <Progress value={share} size="sm" className={classes.bar} aria-label={`Progress of ${job}`} />
      )}
      <div className={classes.more}>
        {COUNT.format(done)}
        {total === null ? ' done' : ` of ${COUNT.format(total)}`}
        {share === undefined ? '' : ` (${Math.floor(share)} %)`}
        {note === null ? null : (
          <>
            , <Plain>{note}</Plain>
          </>
        )}
      </div>
    </>
  );
}

const COUNT = new Intl.NumberFormat('en-GB');
