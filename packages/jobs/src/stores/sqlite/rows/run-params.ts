import type { FinishedRun, LiveRun, RunOrigin } from '../../../core/model/run.ts';
import { errorsText, ORIGIN_COLUMNS, originParams } from '../../rows/run-row.ts';
import type { Database, Param } from '../database.ts';
import { HELD, REASON, STATUS, TRIGGER } from './codes.ts';

/** The columns of every finished run, and the columns that few runs use. */
const PLAIN =
  'id, job_uid, trigger, scheduled_for, queued_at, status, attempt, recoveries, node, started_at, finished_at';
const RARE = 'catch_up, missed, missed_from, payload, retry_of, reason, progress, result, errors';
/** Two statements: each value costs 0.04 µs, and most runs use none of {@link RARE}. */
const INSERT_PLAIN = `INSERT INTO runs (${PLAIN}, catch_up, missed) VALUES (?${', ?'.repeat(10)}, 0, 0)`;
const INSERT_ALL = `INSERT INTO runs (${PLAIN}, ${RARE})
  VALUES (?${', ?'.repeat(10)}, coalesce(?, 0), coalesce(?, 0)${', ?'.repeat(7)})`;

/** Writes a finished run; `node`: the key of its node. */
export function insertFinished(db: Database, run: FinishedRun, node: number | null): void {
  const { id, jobUid, trigger, scheduledFor, queuedAt, status, attempt, recoveries, finishedAt } = run;
  const plain = [
    Number(id),
    Number(jobUid),
    TRIGGER[trigger],
    scheduledFor ?? null,
    queuedAt,
    STATUS[status],
    attempt,
    recoveries,
    node,
    run.startedAt ?? null,
    finishedAt,
  ];
  const rare = [
    run.catchUp ? 1 : null,
    run.missed === 0 ? null : run.missed,
    run.missedFrom ?? null,
    run.payload ?? null,
    run.retryOf === undefined ? null : Number(run.retryOf),
    run.reason === undefined ? null : REASON[run.reason],
    run.progress === undefined ? null : JSON.stringify(run.progress),
    run.result ?? null,
    errorsText(run.errors),
  ];
  if (rare.every((value) => value === null)) db.write(INSERT_PLAIN, ...plain);
  else db.write(INSERT_ALL, ...plain, ...rare);
}

/**
 * A new run; parameters: {@link newRunParams}. Inserts nothing if the slot has a live run (P5, one run per
 * slot).
 */
export const INSERT_LIVE = insertLive('', '');

/** {@link INSERT_LIVE} for a slot that is not claimed when it is planned. */
export const INSERT_UNCLAIMED_SLOT = insertLive(', slot_has_waited', ', 1');

function insertLive(column: string, value: string): string {
  return `INSERT INTO live_runs (${ORIGIN_COLUMNS}, held, available_at, type_key, trace,
    node, fence, status, started_at${column}) VALUES (?${', ?'.repeat(17)}${value})
    ON CONFLICT (job_uid, scheduled_for) WHERE scheduled_for IS NOT NULL DO NOTHING`;
}

/** For {@link INSERT_LIVE}. `node` is the key of the node with the claim. */
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

/** Changes the row in place: the core's words become SQLite's numbers. */
function withCodes(row: unknown[], run: RunOrigin): Param[] {
  row[2] = TRIGGER[run.trigger];
  row[4] = run.catchUp ? 1 : 0;
  return row as Param[];
}
