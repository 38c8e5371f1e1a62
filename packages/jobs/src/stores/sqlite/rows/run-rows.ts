import type { FinishedRun, LiveRun, RunOrigin } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import * as inWords from '../../rows/runs/run-row.ts';
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
  row[18] = liveStatusOf(row[18] as number);
  row[19] = heldOf(row[19] as number);
  if (row[20] !== null) row[20] = nodeName(row[20] as number);
  if (row[23] !== null) row[23] = cancelOf(row[23] as number);
  return inWords.liveRunOf(row);
}

export function finishedRunOf(raw: unknown, nodeName: NodeName): FinishedRun {
  const row = withWords(raw);
  row[11] = finishedStatusOf(row[11] as number);
  if (row[12] !== null) row[12] = reasonOf(row[12] as number);
  if (row[15] !== null) row[15] = nodeName(row[15] as number);
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
