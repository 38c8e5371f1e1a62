import type { FinishedRun, LiveRun, RunOrigin } from '../../../core/model/run.ts';
import {
  FINISHED_COLUMNS,
  finishedParams as finishedRow,
  ORIGIN_COLUMNS,
  originParams,
} from '../../rows/run-row.ts';
import type { Param } from '../database.ts';
import { HELD, REASON, STATUS, TRIGGER } from './codes.ts';
import type { RunKeys } from './run-rows.ts';

/** Parameters: {@link finishedParams}. */
export const INSERT_FINISHED = `INSERT INTO runs (${FINISHED_COLUMNS}) VALUES (?${', ?'.repeat(19)})`;

/**
 * Most runs leave much of a row empty: half of the values, and 0.4 us less for each. Parameters: {@link
 * plainParams}.
 */
export const INSERT_PLAIN = `INSERT INTO runs (${FINISHED_COLUMNS})
  VALUES (?, ?, ?, ?, 0, 0, NULL, NULL, NULL, ?, ?, NULL, ?, ?, ?, ?, ?, NULL, NULL, NULL)`;

/**
 * A new run; parameters: {@link newRunParams}. A run for a slot that has a live one is not made (P5, one run
 * per slot).
 */
export const INSERT_LIVE = insertLive('', '');

/** {@link INSERT_LIVE}, for a slot that no claim takes as it is made. */
export const INSERT_UNCLAIMED_SLOT = insertLive(', slot_has_waited', ', 1');

function insertLive(column: string, value: string): string {
  return `INSERT INTO live_runs (${ORIGIN_COLUMNS}, held, available_at, type_key, trace,
    node, fence, status, started_at${column}) VALUES (?${', ?'.repeat(17)}${value})
    ON CONFLICT (job_uid, scheduled_for) WHERE scheduled_for IS NOT NULL DO NOTHING`;
}

/** For {@link INSERT_LIVE}; `node` is the key of the one that has claimed it. */
export function newRunParams(
  run: LiveRun,
  { typeKey, node }: { readonly typeKey: number; readonly node: number | null },
): Param[] {
  return [
    ...withCodes(originParams(run), run),
    HELD[run.held],
    run.availableAt,
    typeKey,
    run.trace ?? null,
    node,
    run.claim?.fence ?? null,
    STATUS[run.status],
    run.startedAt ?? null,
  ];
}

/** For {@link INSERT_FINISHED}. */
export function finishedParams(run: FinishedRun, node: number | null): Param[] {
  const params = withCodes(finishedRow(run), run);
  params[10] = STATUS[run.status];
  if (run.reason !== undefined) params[11] = REASON[run.reason];
  params[14] = node;
  return params;
}

/** Whether {@link INSERT_PLAIN} writes all of it. */
export function isPlain(run: FinishedRun): boolean {
  return (
    run.errors.length === 0 &&
    run.missed === 0 &&
    !run.catchUp &&
    run.missedFrom === undefined &&
    run.payload === undefined &&
    run.retryOf === undefined &&
    run.reason === undefined &&
    run.progress === undefined &&
    run.result === undefined
  );
}

/** For {@link INSERT_PLAIN}. */
export function plainParams(
  run: FinishedRun,
  { keys, node }: { readonly keys: RunKeys; readonly node: number | null },
): Param[] {
  return [
    keys.id,
    keys.jobUid,
    TRIGGER[run.trigger],
    run.scheduledFor ?? null,
    run.queuedAt,
    STATUS[run.status],
    run.attempt,
    run.recoveries,
    node,
    run.startedAt ?? null,
    run.finishedAt,
  ];
}

/** The row itself, with the numbers that SQLite keeps in place of the words of `core`. */
function withCodes(row: unknown[], run: RunOrigin): Param[] {
  row[2] = TRIGGER[run.trigger];
  row[4] = run.catchUp ? 1 : 0;
  return row as Param[];
}
