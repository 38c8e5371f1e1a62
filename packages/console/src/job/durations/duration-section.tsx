import type { Job } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { NotLoaded } from '../../ui/feedback/states.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { Fold } from '../../ui/layout/fold.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { runPath } from '../../ui/paths.ts';
import { durationText } from '../../ui/schedule/duration.ts';
import { RunStatusBadge } from '../../ui/status/status.tsx';
import { ScrolledTable } from '../../ui/table/scrolled-table.tsx';
import { useRecentRuns } from '../history/recent-runs.ts';
import { DurationChart } from './duration-chart.tsx';
import { type DurationTrend, durationTrend, hasDuration, TREND_RUNS } from './duration-trend.ts';
import classes from './durations.module.css';

/** Fewer points show no trend. */
const FEWEST = 3;

/** How long a job's runs take: as a chart, in words, and as a table. */
export function DurationSection({ job }: { readonly job: Job }) {
  const recent = useRecentRuns(job.id, (runs) => runs.filter(hasDuration).length >= TREND_RUNS);
  const trend = useMemo(() => durationTrend(recent.runs ?? []), [recent.runs]);
  if (recent.runs === undefined) {
    return (
      <Panel title="Run durations">
        <NotLoaded error={recent.error} rows={4} onRetry={recent.retry} />
      </Panel>
    );
  }
  if (recent.runs.length === 0) return null;
  return (
    <Panel title="Run durations">
      {trend === undefined || trend.points.length < FEWEST ? (
        <p className={blocks.quiet}>A chart appears after {FEWEST} runs have succeeded or failed.</p>
      ) : (
        <figure className={classes.figure}>
          <DurationChart trend={trend} />
          <figcaption className={classes.caption}>{trendText(trend)}</figcaption>
          <Fold summary="Show as table" isLarge>
            <TrendTable trend={trend} />
          </Fold>
        </figure>
      )}
    </Panel>
  );
}

function trendText({ points, p50Ms, p95Ms, slowestMs }: DurationTrend): string {
  const failed = points.filter((point) => point.failed).length;
  const failures = failed === 0 ? '' : ` ${failed} failed (marked ×).`;
  return `Last ${points.length} runs, last attempt of each: p50 ${durationText(p50Ms)} (dashed line), p95 ${durationText(p95Ms)}, slowest ${durationText(slowestMs)}.${failures}`;
}

function TrendTable({ trend }: { readonly trend: DurationTrend }) {
  return (
    <ScrolledTable label="Run durations as a table" titles={['Started', 'Took', 'Status', 'Run']}>
      {trend.points.toReversed().map(({ run, tookMs }) => (
        <Table.Tr key={run.id}>
          <Table.Td>
            <Instant at={run.started_at} />
          </Table.Td>
          <Table.Td>{durationText(tookMs)}</Table.Td>
          <Table.Td>
            <RunStatusBadge status={run.status} reason={run.reason} />
          </Table.Td>
          <Table.Td>
            <Link href={runPath(run.id)}>{run.id}</Link>
          </Table.Td>
        </Table.Tr>
      ))}
    </ScrolledTable>
  );
}
