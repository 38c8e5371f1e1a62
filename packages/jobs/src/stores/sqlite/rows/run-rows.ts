import {
  type FinishedRun,
  type JsonText,
  type LiveRun,
  NO_ERRORS,
  type RunOrigin,
} from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { HealthStatus } from '../../../core/rules/health.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import type { AuditRow, Cursor } from '../../../core/store/store-views.ts';
import { addOrigin, addProgress, type FreeRow, type OriginRow } from '../../rows/run-row.ts';
import { errorsOf } from '../../rows/stored-run-json.ts';
import { cancelOf, finishedStatusOf, heldOf, levelOf, liveStatusOf, reasonOf, triggerOf } from './codes.ts';

type Origin = OriginRow<number, number>;

type Free = FreeRow<number, number>;

type LiveRow = [
  ...Free,
  status: number,
  held: number,
  node: number | null,
  fence: number | null,
  startedAt: number | null,
  cancel: number | null,
  zombieSince: number | null,
];

type FinishedRow = [
  ...Origin,
  status: number,
  reason: number | null,
  attempt: number,
  recoveries: number,
  node: number | null,
  startedAt: number | null,
  finishedAt: number,
  progress: string | null,
  result: string | null,
  errors: string | null,
];

/**
 * The keys of a run and of its job as statements take them: to read them from texts again for each costs as
 * much as two columns.
 */
export interface RunKeys {
  readonly id: number;
  readonly jobUid: number;
}

export function keysOf({ id, jobUid }: RunOrigin): RunKeys {
  return { id: Number(id), jobUid: Number(jobUid) };
}

/** A live run as it was read, with its keys. */
export interface KeyedRun<Run extends LiveRun = LiveRun> extends RunKeys {
  readonly run: Run;
}

/** A run beside the keys of the row that it was read from. */
export function keyed<Run extends LiveRun>(raw: unknown, run: Run): KeyedRun<Run> {
  const [id, jobUid] = raw as Free;
  return { id, jobUid, run };
}

/** The id of the node with a key. */
export type NodeName = (key: number) => string;

/** Reads `FREE_COLUMNS` of a run that waits for nothing but a claim. */
export function freeRunOf(raw: unknown): Mutable<LiveRun> {
  const row = raw as Free;
  const run: Mutable<LiveRun> = {
    id: String(row[0]),
    jobUid: String(row[1]),
    trigger: triggerOf(row[2]),
    catchUp: row[4] === 1,
    missed: row[5],
    queuedAt: row[9],
    status: 'queued',
    held: 'no',
    availableAt: row[10],
    failures: row[11],
    recoveries: row[12],
    errors: row[13] === null ? NO_ERRORS : errorsOf(row[13]),
  };
  addOrigin(run, row);
  addProgress(run, row[14]);
  if (row[15] !== null) run.trace = row[15];
  return run;
}

export function liveRunOf(raw: unknown, nodeName: NodeName): LiveRun {
  const row = raw as LiveRow;
  const run = freeRunOf(row);
  run.status = liveStatusOf(row[16]);
  run.held = heldOf(row[17]);
  if (row[18] !== null && row[19] !== null) run.claim = { node: nodeName(row[18]), fence: row[19] };
  if (row[20] !== null) run.startedAt = row[20];
  if (row[21] !== null) run.cancel = cancelOf(row[21]);
  if (row[22] !== null) run.zombieSince = row[22];
  return run;
}

export function finishedRunOf(raw: unknown, nodeName: NodeName): FinishedRun {
  const row = raw as FinishedRow;
  const run: Mutable<FinishedRun> = {
    id: String(row[0]),
    jobUid: String(row[1]),
    trigger: triggerOf(row[2]),
    catchUp: row[4] === 1,
    missed: row[5],
    queuedAt: row[9],
    status: finishedStatusOf(row[10]),
    attempt: row[12],
    recoveries: row[13],
    finishedAt: row[16],
    errors: row[19] === null ? NO_ERRORS : errorsOf(row[19]),
  };
  addOrigin(run, row);
  if (row[11] !== null) run.reason = reasonOf(row[11]);
  if (row[14] !== null) run.node = nodeName(row[14]);
  if (row[15] !== null) run.startedAt = row[15];
  addProgress(run, row[17]);
  if (row[18] !== null) run.result = row[18];
  return run;
}

/** Reads `last, lead_ms` of `counter`. */
export function counterOf(raw: unknown): { readonly last: number; readonly leadMs: number } {
  const row = raw as { last: number; lead_ms: number };
  return { last: row.last, leadMs: row.lead_ms };
}

/** Reads `at, level, message, fields` of `run_logs`. */
export function logLineOf(raw: unknown): LogLine {
  const row = raw as { at: number; level: number; message: string; fields: string | null };
  const line = { at: row.at, level: levelOf(row.level), message: row.message };
  return row.fields === null ? line : { ...line, fields: row.fields };
}

export function auditRowOf(raw: unknown): AuditRow {
  const row = raw as {
    id: number;
    at: number;
    actor: string;
    action: string;
    target: string;
    change: string;
  };
  return { ...row, id: String(row.id) };
}

/** Reads a health, how many jobs have it, and the last of their uids, as arrays. */
export function healthCountOf(raw: unknown): {
  readonly health: HealthStatus;
  readonly count: number;
  readonly lastUid: number;
} {
  const [health, count, lastUid] = raw as [HealthStatus, number, number];
  return { health, count, lastUid };
}

/** A row of numbers as it is. */
export function numbersOf<Length extends readonly (number | null)[]>(raw: unknown): Length {
  return raw as Length;
}

/** The first column of a row, for statements that read one name. */
export function nameOf(raw: unknown): string | undefined {
  const value = (raw as readonly unknown[] | undefined)?.[0];
  return typeof value === 'string' ? value : undefined;
}

/** Reads `key, type, version` of `job_types`, as arrays. */
export function typeKeyOf(raw: unknown): {
  readonly key: number;
  readonly type: string;
  readonly version: number;
} {
  const [key, type, version] = raw as [number, string, number];
  return { key, type, version };
}

/** Reads `run_id, pruned_run` of `dedupe_keys`. */
export function dedupedOf(raw: unknown): {
  readonly runId: number;
  readonly prunedRun: JsonText | undefined;
} {
  const row = raw as { run_id: number; pruned_run: string | null };
  return { runId: row.run_id, prunedRun: row.pruned_run ?? undefined };
}

/** Reads a job's uid and the value it is sorted by, as arrays. */
export function cursorOf(raw: unknown): Cursor {
  const [uid, value] = raw as [number, string | number | null];
  return { value, key: String(uid) };
}

/** Reads the `id, type` of the job that a run belongs to, as arrays. */
export function namesOf(raw: unknown): { readonly id: string; readonly type: string } {
  const row = raw as [string, string] | undefined;
  if (row === undefined) throw new Error('a run belongs to no job');
  return { id: row[0], type: row[1] };
}
