import type { FinishedRun } from '../../../core/model/run.ts';
import { FINISHED_COLUMNS } from '../../rows/run-row.ts';
import { finishedParams, INSERT_FINISHED, INSERT_PLAIN, isPlain, plainParams } from '../rows/run-params.ts';
import { finishedRunOf, keysOf, type RunKeys } from '../rows/run-rows.ts';
import type { Writer } from './writer.ts';

/** Writes a finished run and counts it in its hour; the caller counts it in its job. */
export function insertFinishedRun(
  w: Writer,
  run: FinishedRun,
  now: number,
  keys: RunKeys = keysOf(run),
): void {
  const node = run.node === undefined ? null : w.nodes.keyOf(run.node, now);
  if (isPlain(run)) w.db.write(INSERT_PLAIN, ...plainParams(run, { keys, node }));
  else w.db.write(INSERT_FINISHED, ...finishedParams(run, node));
  w.count(run.status, run.finishedAt);
}

export function findFinishedRun(w: Writer, runId: number): FinishedRun | undefined {
  const row = w.db.arrays(FINISHED_RUN).get(runId);
  return row === undefined ? undefined : finishedRunOf(row, w.nodes.nameOf);
}

const FINISHED_RUN = `SELECT ${FINISHED_COLUMNS} FROM runs WHERE id = ?`;
