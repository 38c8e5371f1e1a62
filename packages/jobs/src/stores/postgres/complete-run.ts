import type { CompletionAnswer, CompletionInput } from '../../core/model/completion.ts';
import { isRecord } from '../../core/objects.ts';
import type { Transaction } from '../../core/store/store.ts';
import { runInCallersTransaction, runInTurn } from './connection/callers-transaction.ts';

/**
 * Completes a claimed run in its handler's transaction. A refusal or an error leaves it no way but a
 * rollback.
 */
export async function completeRun(
  tx: Transaction,
  { runId, fence, node, startedAt, result }: CompletionInput,
  now: () => number,
): Promise<CompletionAnswer> {
  let answer: CompletionAnswer | undefined;
  try {
    answer = await runInCallersTransaction<CompletionAnswer>(tx, async ({ q }) => {
      const claim = [Number(runId), fence, node];
      const written = await q.objects(COMPLETE, [...claim, startedAt, now(), result ?? null]);
      if (written.length > 0) return { result: 'completed', kept: true };
      const [found] = await q.objects(FIND, claim);
      return { result: refusalOf(found), kept: false };
    });
    return answer;
  } finally {
    if (answer !== 'completed') await failTransaction(tx);
  }
}

/**
 * After a refusal or an error of a completion. Otherwise a handler that catches it could commit its effects.
 */
export async function failTransaction(tx: Transaction): Promise<void> {
  await runInTurn(tx, async () => tx.query(FAIL, [])).catch(() => undefined);
}

function refusalOf(found: unknown): CompletionAnswer {
  if (!isRecord(found)) return 'stale';
  return found.completed === true ? 'already' : 'cancelled';
}

/**
 * `FOR KEY SHARE`: nobody ends or takes back the claim until the transaction ends, because that needs `FOR
 * UPDATE`. Reports, edits and requests to stop don't wait.
 */
const COMPLETE = `WITH claimed AS (
    SELECT id FROM greenvue_jobs.live_runs WHERE id = $1::bigint AND fence = $2::bigint AND node = $3::text AND cancel IS NULL
    FOR KEY SHARE)
  INSERT INTO greenvue_jobs.completions (run_id, started_at, finished_at, result)
  SELECT id, $4::bigint, $5::bigint, $6::text FROM claimed
  ON CONFLICT (run_id) DO NOTHING RETURNING run_id`;
const FIND = `SELECT EXISTS (SELECT FROM greenvue_jobs.completions WHERE run_id = live_runs.id) AS completed
  FROM greenvue_jobs.live_runs WHERE id = $1::bigint AND fence = $2::bigint AND node = $3::text`;
const FAIL = `DO $$ BEGIN RAISE EXCEPTION 'ctx.complete() was refused or failed, so this transaction can only roll back'; END $$`;
