import type { Stats } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { useStats, useTopJobs } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { useMay } from '../session/session.tsx';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import { DatabaseWarnings } from './database/database-warnings.tsx';
import { FirstJob } from './first-job.tsx';
import { AttentionPanel } from './lists/attention-panel.tsx';
import { RunningPanel } from './lists/running-panel.tsx';
import { UpcomingPanel } from './lists/upcoming-panel.tsx';
import { MinutesPanel } from './minutes/minutes-panel.tsx';
import classes from './overview.module.css';
import { Tiles } from './tiles.tsx';
import { TypeTrends } from './type-trends.tsx';

// At the end of the page, so they may come a moment later than the rest.
const NodesPanel = lazy(async () => ({ default: (await import('./nodes-panel.tsx')).NodesPanel }));
const DatabasePanel = lazy(async () => ({
  default: (await import('./database/database-panel.tsx')).DatabasePanel,
}));

/** Running, unhealthy and upcoming jobs. */
export function OverviewPage() {
  const { data: stats, error, refetch } = useStats();
  const { admin } = useMay();
  return (
    <Page
      title="Overview"
      lead={stats !== undefined && seesNodes(stats) ? <Lead stats={stats} /> : undefined}
      actions={
        admin ? (
          <Button component={Link} href="/jobs/new" leftSection={<PlusIcon />}>
            New job
          </Button>
        ) : undefined
      }
    >
      {stats === undefined ? (
        <NotLoaded error={error} rows={12} onRetry={refetch} />
      ) : (
        <Overview stats={stats} />
      )}
    </Page>
  );
}

function Overview({ stats }: { readonly stats: Stats }) {
  const { active, paused, finished } = stats.jobs;
  if (active + paused + finished === 0) return <Beginning stats={stats} />;
  return <Numbers stats={stats} />;
}

/** The counts are some seconds old: the job list shows whether a job exists by now. */
function Beginning({ stats }: { readonly stats: Stats }) {
  const { data: page, error, refetch } = useTopJobs({ limit: 1 });
  if (page === undefined) {
    return <NotLoaded error={error} rows={12} onRetry={refetch} />;
  }
  if (page.data.length > 0) return <Numbers stats={stats} />;
  return (
    <>
      <FirstJob />
      <Suspense>{seesNodes(stats) ? <NodesPanel nodes={stats.nodes} /> : null}</Suspense>
    </>
  );
}

function Numbers({ stats }: { readonly stats: Stats }) {
  return (
    <>
      {/* An older server does not send it. */}
      {stats.database ? <DatabaseWarnings database={stats.database} /> : null}
      <Tiles stats={stats} />
      <div className={classes.grid}>
        {seesNodes(stats) ? <MinutesPanel stats={stats} className={classes.wide} /> : null}
        <div className={classes.side}>
          <AttentionPanel />
          <RunningPanel className={classes.rest} />
        </div>
        <TypeTrends className={classes.full} />
        <UpcomingPanel className={classes.full} />
        <Suspense>
          {seesNodes(stats) ? <NodesPanel nodes={stats.nodes} className={classes.full} /> : null}
          {stats.database ? <DatabasePanel database={stats.database} className={classes.full} /> : null}
        </Suspense>
      </div>
    </>
  );
}

/** A viewer who may see only some jobs sees no nodes; for all others, the server that responds is one. */
function seesNodes({ nodes }: Stats): boolean {
  return nodes.length > 0;
}

function Lead({ stats: { nodes } }: { readonly stats: Stats }) {
  const [answering] = nodes;
  return (
    <>
      {nodes.length === 1 ? 'One node' : `${nodes.length} nodes`}
      {answering === undefined || answering.version === '' ? '' : ` · version ${answering.version}`}
    </>
  );
}
