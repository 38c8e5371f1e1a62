import type { Completion } from '../../../core/model/completion.ts';
import type { CompletionTables } from '../../../core/transactions/completions/completion-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { rowOf, runKeyOf } from '../rows/run-rows.ts';
import type { Unit } from './unit.ts';

/** The operations on completions, which `completeRun` writes. */
export function completionTables({ q }: Unit): Pick<AsyncTables, keyof CompletionTables> {
  return {
    takeCompletions: async (runIds) =>
      new Map((await q.arrays(TAKE, [runIds.map(Number)])).map(completionOf)),
    async findCompletion(runId) {
      const [row] = await q.arrays(FIND, [runKeyOf(runId)]);
      return row === undefined ? undefined : completionOf(row)[1];
    },
  };
}

function completionOf(row: unknown): readonly [number, Completion] {
  const [runId, startedAt, finishedAt, result] = rowOf<[number, number, number, string | null]>(row);
  return [runId, { startedAt, finishedAt, ...(result === null ? {} : { result }) }];
}

const COLUMNS = 'run_id, started_at, finished_at, result';
const TAKE = `DELETE FROM greenvue_jobs.completions WHERE run_id = ANY($1::bigint[]) RETURNING ${COLUMNS}`;
const FIND = `SELECT ${COLUMNS} FROM greenvue_jobs.completions WHERE run_id = $1`;
