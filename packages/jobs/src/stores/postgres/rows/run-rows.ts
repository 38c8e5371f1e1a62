import type { LiveRun } from '../../../core/model/run.ts';
import { FINISHED_COLUMNS, ORIGIN_COLUMNS, originParams } from '../../rows/runs/run-row.ts';
import { rowsStatement } from './rows-statement.ts';

const ORIGIN_TYPES = 'bigint, bigint, text, bigint, boolean, bigint, bigint, text, bigint, bigint, text';

/** `$1::bigint[], $2::text[], …` for the given column types. */
export function arraysOf(types: string): string {
  return types
    .split(', ')
    .map((type, n) => `$${n + 1}::${type}[]`)
    .join(', ');
}

/** Columns: the values of {@link finishedParams}. */
export const INSERT_FINISHED = `INSERT INTO greenvue_jobs.runs (${FINISHED_COLUMNS})
  SELECT * FROM unnest(${arraysOf(`${ORIGIN_TYPES}, text, text, bigint, bigint, text, bigint, bigint, text, text, text, integer, text, text, bigint`)})`;
export const FINISHED_WIDTH = 25;

/**
 * Columns: the values of {@link newRunParams}, then the node if the run is made claimed. Makes no run for a
 * slot that already has a live run (P5, one run per slot).
 */
export const INSERT_LIVE = rowsStatement(
  {
    names: [
      ...ORIGIN_COLUMNS.split(', '),
      'held',
      'available_at',
      'type_key',
      'trace',
      'fence',
      'status',
      'expires_at',
    ],
    types: `${ORIGIN_TYPES}, text, bigint, integer, text, bigint, text, bigint`,
    varying: ['id', 'job_uid', 'scheduled_for', 'available_at', 'fence'],
  },
  (rows, node) => `INSERT INTO greenvue_jobs.live_runs
    (${ORIGIN_COLUMNS}, held, available_at, type_key, trace, fence, status, expires_at, node, started_at, slot_has_waited)
  SELECT new.*, CASE WHEN fence IS NOT NULL THEN ${node} END, CASE WHEN status = 'running' THEN queued_at END,
    CASE WHEN fence IS NULL AND trigger = 'schedule' AND retry_of IS NULL THEN true END
  FROM ${rows}
  ON CONFLICT (job_uid, scheduled_for) WHERE scheduled_for IS NOT NULL DO NOTHING RETURNING id`,
);

type Value = string | number | boolean | null;

/** The values for {@link INSERT_LIVE}. */
export function newRunParams(run: LiveRun, typeKey: number): Value[] {
  const { held, availableAt, trace = null, claim, status, expiresAt = null } = run;
  return [...originParams(run), held, availableAt, typeKey, trace, claim?.fence ?? null, status, expiresAt];
}

/** The key of a run. If the text is no id, a key that no run has. */
export function runKeyOf(runId: string): number {
  const key = Number(runId);
  return Number.isSafeInteger(key) && key > 0 ? key : -1;
}

/** A row with the type that the caller states. For statements whose columns the caller knows. */
export function rowOf<Columns extends readonly (Value | readonly number[])[]>(raw: unknown): Columns {
  return raw as Columns;
}
