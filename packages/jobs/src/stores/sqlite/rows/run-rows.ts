import type { FinishedRun, LiveRun, RunOrigin } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import * as inWords from '../../rows/run-row.ts';
import { cancelOf, finishedStatusOf, heldOf, liveStatusOf, reasonOf, triggerOf } from './codes.ts';

/** The keys of a run and its job as numbers: to parse them again costs as much as two columns. */
export interface RunKeys {
  readonly id: number;
  readonly jobUid: number;
}

export function keysOf({ id, jobUid }: RunOrigin): RunKeys {
  return { id: Number(id), jobUid: Number(jobUid) };
}

/** A live run with the keys of its row. */
export interface KeyedRun<Run extends LiveRun = LiveRun> extends RunKeys {
  readonly run: Run;
}

/** Adds the keys of a row to its run. */
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

/** Changes the row in place: SQLite's numbers become the core's words. */
function withWords(raw: unknown): unknown[] {
  const row = raw as unknown[];
  row[2] = triggerOf(row[2] as number);
  row[4] = row[4] === 1;
  return row;
}

/** An untyped row as the columns of its statement. */
export function rowOf<Columns extends readonly (string | number | null)[]>(raw: unknown): Columns {
  return raw as Columns;
}
