import type { StoredCheckpoint } from '../../core/store/checkpoint-store.ts';
import { bindable } from '../reads/dialect.ts';
import { objects, type Read } from '../reads/read.ts';

/** What differs between the databases in the statements about the saved states of runs. */
export interface CheckpointSql {
  /** The prefix of table names. */
  readonly schema: string;
  /** The prefix of numbered parameters. */
  readonly mark: '$' | '?';
  /** Whether a number is in the JSON array of a parameter. */
  isAmong(column: string, parameter: string): string;
  /**
   * The end of a SELECT: nobody claims its row until the transaction ends. Empty where nobody else writes.
   */
  readonly lock: string;
}

interface Row {
  readonly run_id: number;
  readonly fence: number;
  readonly seq: number;
  readonly input: string;
  readonly saved_at: number;
  readonly content: string;
}

const COLUMNS = 'run_id, fence, seq, input, saved_at, content';

/** The operations on saved states in the SQL of one database: written once, and run by each store. */
export function createCheckpointStatements({ schema, mark: m, isAmong, lock }: CheckpointSql) {
  const checkpoints = `${schema}checkpoints`;
  const claimed = `SELECT id FROM ${schema}live_runs WHERE id = ${m}1 AND fence = ${m}2 ${lock}`;
  const save = `INSERT INTO ${checkpoints} (${COLUMNS}) VALUES (${m}1, ${m}2, ${m}3, ${m}4, ${m}5, ${m}6)
    ON CONFLICT (run_id) DO UPDATE SET fence = excluded.fence, seq = excluded.seq, input = excluded.input,
      saved_at = excluded.saved_at, content = excluded.content
    WHERE checkpoints.fence < excluded.fence OR (checkpoints.fence = excluded.fence AND checkpoints.seq < excluded.seq)`;
  const find = `SELECT ${COLUMNS} FROM ${checkpoints} WHERE run_id = ${m}1`;
  const remove = `DELETE FROM ${checkpoints} WHERE ${isAmong('run_id', `${m}1`)}`;
  const removeLeft = `DELETE FROM ${checkpoints} WHERE run_id IN (SELECT run_id FROM ${checkpoints} AS saved
    WHERE NOT EXISTS (SELECT 1 FROM ${schema}live_runs WHERE id = saved.run_id) LIMIT ${m}1) RETURNING run_id`;
  return {
    /** The fence is checked under a lock, so that no claim comes in between (P10, fence). */
    *saveCheckpoint({ runId, fence, seq, input, savedAt, content }: StoredCheckpoint): Read<boolean> {
      const id = Number(runId);
      if ((yield* objects(claimed, [id, fence])).length === 0) return false;
      yield* objects(save, [id, fence, seq, input, savedAt, content]);
      return true;
    },

    *readCheckpoint(runId: string): Read<StoredCheckpoint | undefined> {
      const [row] = yield* objects(find, [bindable(Number(runId))]);
      return row === undefined ? undefined : checkpointOf(row as Row);
    },

    *removeCheckpoints(runIds: readonly (string | number)[]): Read<void> {
      yield* objects(remove, [JSON.stringify(runIds.map(Number))]);
    },

    /** Removes at most `limit` states of runs that are not live. */
    *removeLeft(limit: number): Read<number> {
      return (yield* objects(removeLeft, [limit])).length;
    },
  };
}

function checkpointOf({ run_id, saved_at: savedAt, ...row }: Row): StoredCheckpoint {
  return { runId: String(run_id), savedAt, ...row };
}
