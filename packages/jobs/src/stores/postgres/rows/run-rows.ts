import {
  type CancelReason,
  type FinishedRun,
  type FinishedStatus,
  type Held,
  type LiveRun,
  NO_ERRORS,
  type RunOrigin,
  type RunReason,
  type RunTrigger,
} from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import {
  addOrigin,
  addProgress,
  errorsText,
  FINISHED_COLUMNS,
  type FreeRow,
  ORIGIN_COLUMNS,
  type OriginRow,
} from '../../rows/run-row.ts';
import { errorsOf } from '../../rows/stored-run-json.ts';
import { rowsStatement } from './rows-statement.ts';

const ORIGIN_TYPES = 'bigint, bigint, text, bigint, boolean, bigint, bigint, text, bigint, bigint';

/** `$1::bigint[], $2::text[], …` for as many column types. */
export function arraysOf(types: string): string {
  return types
    .split(', ')
    .map((type, n) => `$${n + 1}::${type}[]`)
    .join(', ');
}

/** Columns: those of {@link finishedParams}. */
export const INSERT_FINISHED = `INSERT INTO greenvue_jobs.runs (${FINISHED_COLUMNS})
  SELECT * FROM unnest(${arraysOf(`${ORIGIN_TYPES}, text, text, bigint, bigint, text, bigint, bigint, text, text, text`)})`;
export const FINISHED_WIDTH = 20;

/**
 * Columns: those of {@link newRunParams}; then the node of those that are claimed from the start. A run for a
 * slot that has a live one is not made (P5, one run per slot).
 */
export const INSERT_LIVE = rowsStatement(
  {
    names: [...ORIGIN_COLUMNS.split(', '), 'held', 'available_at', 'type_key', 'trace', 'fence', 'status'],
    types: `${ORIGIN_TYPES}, text, bigint, integer, text, bigint, text`,
    varying: ['id', 'job_uid', 'scheduled_for', 'available_at', 'fence'],
  },
  (rows, node) => `INSERT INTO greenvue_jobs.live_runs
    (${ORIGIN_COLUMNS}, held, available_at, type_key, trace, fence, status, node, started_at, slot_has_waited)
  SELECT new.*, CASE WHEN fence IS NOT NULL THEN ${node} END, CASE WHEN status = 'running' THEN queued_at END,
    CASE WHEN fence IS NULL AND trigger = 'schedule' THEN true END
  FROM ${rows}
  ON CONFLICT (job_uid, scheduled_for) WHERE scheduled_for IS NOT NULL DO NOTHING RETURNING id`,
);

type Origin = OriginRow<RunTrigger, boolean>;

type LiveRow = [
  ...FreeRow<RunTrigger, boolean>,
  status: LiveRun['status'],
  held: Held,
  node: string | null,
  fence: number | null,
  startedAt: number | null,
  cancel: CancelReason | null,
  zombieSince: number | null,
];

type FinishedRow = [
  ...Origin,
  status: FinishedStatus,
  reason: RunReason | null,
  attempt: number,
  recoveries: number,
  node: string | null,
  startedAt: number | null,
  finishedAt: number,
  progress: string | null,
  result: string | null,
  errors: string | null,
];

type Value = string | number | boolean | null;

export function liveRunOf(raw: unknown): LiveRun {
  const row = raw as LiveRow;
  const run: Mutable<LiveRun> = {
    id: String(row[0]),
    jobUid: String(row[1]),
    trigger: row[2],
    catchUp: row[4],
    missed: row[5],
    queuedAt: row[9],
    status: row[16],
    held: row[17],
    availableAt: row[10],
    failures: row[11],
    recoveries: row[12],
    errors: row[13] === null ? NO_ERRORS : errorsOf(row[13]),
  };
  addOrigin(run, row);
  addProgress(run, row[14]);
  if (row[15] !== null) run.trace = row[15];
  if (row[18] !== null && row[19] !== null) run.claim = { node: row[18], fence: row[19] };
  if (row[20] !== null) run.startedAt = row[20];
  if (row[21] !== null) run.cancel = row[21];
  if (row[22] !== null) run.zombieSince = row[22];
  return run;
}

export function finishedRunOf(raw: unknown): FinishedRun {
  const row = raw as FinishedRow;
  const run: Mutable<FinishedRun> = {
    id: String(row[0]),
    jobUid: String(row[1]),
    trigger: row[2],
    catchUp: row[4],
    missed: row[5],
    queuedAt: row[9],
    status: row[10],
    attempt: row[12],
    recoveries: row[13],
    finishedAt: row[16],
    errors: row[19] === null ? NO_ERRORS : errorsOf(row[19]),
  };
  addOrigin(run, row);
  if (row[11] !== null) run.reason = row[11];
  if (row[14] !== null) run.node = row[14];
  if (row[15] !== null) run.startedAt = row[15];
  addProgress(run, row[17]);
  if (row[18] !== null) run.result = row[18];
  return run;
}

/** For {@link INSERT_LIVE}. */
export function newRunParams(run: LiveRun, typeKey: number): Value[] {
  const { held, availableAt, trace = null, claim, status } = run;
  return [...originParams(run), held, availableAt, typeKey, trace, claim?.fence ?? null, status];
}

/** For {@link INSERT_FINISHED}. */
export function finishedParams(run: FinishedRun): Value[] {
  return [
    ...originParams(run),
    run.status,
    run.reason ?? null,
    run.attempt,
    run.recoveries,
    run.node ?? null,
    run.startedAt ?? null,
    run.finishedAt,
    run.progress === undefined ? null : JSON.stringify(run.progress),
    run.result ?? null,
    errorsText(run.errors),
  ];
}

function originParams(run: RunOrigin): Value[] {
  return [
    Number(run.id),
    Number(run.jobUid),
    run.trigger,
    run.scheduledFor ?? null,
    run.catchUp,
    run.missed,
    run.missedFrom ?? null,
    run.payload ?? null,
    run.retryOf === undefined ? null : Number(run.retryOf),
    run.queuedAt,
  ];
}

/** The key of a run; one that no run has for what is no id. */
export function runKeyOf(runId: string): number {
  const key = Number(runId);
  return Number.isSafeInteger(key) && key > 0 ? key : -1;
}

/** A row as it is, for statements whose columns are known where they are read. */
export function rowOf<Columns extends readonly (Value | readonly number[])[]>(raw: unknown): Columns {
  return raw as Columns;
}
