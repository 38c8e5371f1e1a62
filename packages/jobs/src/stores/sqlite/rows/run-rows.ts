import type { FinishedRun, JsonText, LiveRun, RunOrigin } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import * as inWords from '../../rows/run-row.ts';
import { cancelOf, finishedStatusOf, heldOf, liveStatusOf, reasonOf, triggerOf } from './codes.ts';

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
  const [id, jobUid] = raw as [number, number];
  return { id, jobUid, run };
}

/** The id of the node with a key. */
export type NodeName = (key: number) => string;

export function freeRunOf(row: unknown): Mutable<LiveRun> {
  return inWords.freeRunOf(withWords(row));
}

export function liveRunOf(raw: unknown, nodeName: NodeName): LiveRun {
  const row = withWords(raw);
  row[16] = liveStatusOf(row[16] as number);
  row[17] = heldOf(row[17] as number);
  if (row[18] !== null) row[18] = nodeName(row[18] as number);
  if (row[21] !== null) row[21] = cancelOf(row[21] as number);
  return inWords.liveRunOf(row);
}

export function finishedRunOf(raw: unknown, nodeName: NodeName): FinishedRun {
  const row = withWords(raw);
  row[10] = finishedStatusOf(row[10] as number);
  if (row[11] !== null) row[11] = reasonOf(row[11] as number);
  if (row[14] !== null) row[14] = nodeName(row[14] as number);
  return inWords.finishedRunOf(row);
}

/** The row itself, with the words of `core` in place of the numbers that SQLite keeps. */
function withWords(raw: unknown): unknown[] {
  const row = raw as unknown[];
  row[2] = triggerOf(row[2] as number);
  row[4] = row[4] === 1;
  return row;
}

/** Reads `last, lead_ms` of `counter`. */
export function counterOf(raw: unknown): { readonly last: number; readonly leadMs: number } {
  const row = raw as { last: number; lead_ms: number };
  return { last: row.last, leadMs: row.lead_ms };
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
