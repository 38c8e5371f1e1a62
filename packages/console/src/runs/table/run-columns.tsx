import type { Run } from '@greenvue/jobs/client';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { NodeName } from '../../data/node-name.tsx';
import { Countdown, Instant } from '../../ui/instant/instant.tsx';
import { runPath } from '../../ui/paths.ts';
import { sinceText } from '../../ui/schedule/duration.ts';
import { attemptText, runNote, shownTime, triggerText, waitsForRetry } from '../../ui/status/run-words.ts';
import { JobLink } from '../../ui/text/job-link.tsx';
import { Plain } from '../../ui/text/text.tsx';
import type { ChoosableColumn } from '../../views/look.ts';
import classes from './run-table.module.css';

/** The columns that the viewer may choose. The status and the link to the run are always there. */
export const RUN_COLUMNS = [
  { id: 'job', label: 'Job', isUsual: true },
  { id: 'type', label: 'Type', isUsual: false },
  { id: 'slot', label: 'Slot', isUsual: false },
  { id: 'when', label: 'When', isUsual: true },
  { id: 'took', label: 'Took', isUsual: true },
  { id: 'attempt', label: 'Attempt', isUsual: true },
  { id: 'trigger', label: 'Trigger', isUsual: true },
  { id: 'node', label: 'Node', isUsual: false },
  { id: 'details', label: 'Details', isUsual: true },
] as const satisfies readonly ChoosableColumn[];

export type RunColumn = (typeof RUN_COLUMNS)[number]['id'];

const OF_JOB: readonly RunColumn[] = ['when', 'took', 'attempt', 'trigger', 'details'];

/** The columns of the runs of one job. Runs of a backfill are known by their slots. */
export function columnsOfJob(runs: readonly Run[]): readonly RunColumn[] {
  return runs.some(({ trigger }) => trigger === 'backfill') ? ['slot', ...OF_JOB] : OF_JOB;
}

/** The columns with these ids, in the order of the table. */
export function runColumns(ids: readonly string[]): readonly RunColumn[] {
  return RUN_COLUMNS.map(({ id }) => id).filter((id) => ids.includes(id));
}

/** In pixels; what is left belongs to the details. */
export const COLUMN_PX: Readonly<Record<RunColumn, number>> = {
  job: 180,
  type: 160,
  slot: 182,
  when: 182,
  took: 104,
  attempt: 90,
  trigger: 124,
  node: 150,
  details: 152,
};

interface RunCellProps {
  readonly column: RunColumn;
  readonly run: Run;
  readonly maxAttempts: number | undefined;
}

export function RunCell({ column, run, maxAttempts }: RunCellProps) {
  const note = column === 'details' ? runNote(run) : '';
  return (
    <td className={CLASSES[column]} title={note === '' ? undefined : note}>
      {contentOf(column, run, maxAttempts)}
    </td>
  );
}

const CLASSES: { readonly [C in RunColumn]?: string | undefined } = {
  job: classes.job,
  took: classes.number,
  attempt: classes.number,
  details: classes.note,
};

function contentOf(column: RunColumn, run: Run, maxAttempts: number | undefined): ReactNode {
  switch (column) {
    case 'job':
      return <JobLink id={run.job_id} name={run.job_name} />;
    case 'type':
      return <Plain>{run.type}</Plain>;
    case 'slot':
      return <Instant at={run.scheduled_for} />;
    case 'when':
      return <Instant at={shownTime(run)} />;
    case 'took':
      return waitsForRetry(run, Date.now()) ? (
        <Countdown to={run.available_at} lead="retry in " over="retry is due" />
      ) : (
        tookText(run)
      );
    case 'attempt':
      return attemptText(run, maxAttempts);
    case 'trigger':
      return triggerText(run);
    case 'node':
      return run.node === null ? '–' : <NodeName id={run.node} />;
    case 'details':
      return <Details run={run} />;
    default:
      return column satisfies never;
  }
}

function Details({ run }: { readonly run: Run }) {
  const note = runNote(run);
  const by = run.slot_done_by;
  return (
    <>
      {/* An older server does not know the field. */}
      {by == null ? null : <Link href={runPath(by)}>Slot done later</Link>}
      {by == null || note === '' ? null : ' · '}
      {note === '' ? null : <Plain>{note}</Plain>}
    </>
  );
}

function tookText(run: Run): string {
  if (run.started_at === null) return '–';
  if (run.finished_at === null) return run.status === 'running' ? 'runs' : 'waits';
  return sinceText(run.started_at, run.finished_at);
}
