import type { LiveRun } from '../../../core/model/run.ts';
import type { SettleInput } from '../../../core/store/store-passes.ts';
import type { ClaimKey, ClaimState } from '../../../core/transactions/tables/tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { LIVE_COLUMNS, liveRunOf } from '../../rows/runs/run-row.ts';
import { moveSucceeded, type OpenedMove } from '../shortcuts/move-succeeded.ts';
import type { Unit } from '../tables/unit.ts';
import { lockFreeJobsOf, tryLockJobs } from './job-locks.ts';

/** Locks the runs of ended claims. Runs that succeeded and changed nothing else move to history at once. */
export async function lockEndedClaims(
  u: Unit,
  { batch, opened }: { readonly batch: readonly SettleInput[]; readonly opened: OpenedMove | undefined },
): Promise<readonly ClaimState[]> {
  const moved = await moveSucceeded(u, { batch, opened });
  u.shared.claims.forget(batch);
  u.moved.push(...moved.values());
  const others = batch.filter(({ fence }) => !moved.has(fence));
  const states = await lockClaims(u, others);
  let next = 0;
  return batch.map(({ fence, outcome }) => {
    const known = moved.get(fence);
    if (known !== undefined)
      return outcome.kind === 'succeeded' ? { movedOf: known.jobUid, end: known.end } : 'stale';
    const state = states[next];
    next += 1;
    return state ?? 'stale';
  });
}

/** Locks the jobs of claims, and then their runs. */
export async function lockClaims(u: Unit, claims: readonly ClaimKey[]): Promise<readonly ClaimState[]> {
  if (claims.length === 0) return [];
  const ids = claims.map(({ runId }) => Number(runId));
  const runs = new Map<number, LiveRun>();
  const lockRuns = async (of: readonly number[]) => {
    const rows = await u.q.arrays(LOCK_CLAIMED, [of, [...u.jobs.keys()]]);
    for (const run of rows.map(liveRunOf)) runs.set(Number(run.id), run);
  };
  await lockFreeJobsOf(u, ids);
  await lockRuns(ids);
  const others = ids.filter((id) => !runs.has(id));
  // Claimed runs whose jobs other transactions have locked, or which their handlers complete at the moment.
  const held = others.length === 0 ? [] : numbersIn(await u.q.arrays(CLAIMED, [others]));
  if (held.length > 0 && (await tryLockJobs(u, held))) await lockRuns(held);
  const heldIds = new Set(held.filter((id) => !runs.has(id)));
  return claims.map(({ runId, fence }) => {
    if (heldIds.has(Number(runId))) return 'held';
    const run = runs.get(Number(runId));
    return run?.claim?.fence === fence ? run : 'stale';
  });
}

const LOCK_CLAIMED = `SELECT ${LIVE_COLUMNS} FROM greenvue_jobs.live_runs
  WHERE id = ANY($1::bigint[]) AND node IS NOT NULL AND job_uid = ANY($2::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED`;
const CLAIMED = `SELECT id FROM greenvue_jobs.live_runs WHERE id = ANY($1::bigint[]) AND node IS NOT NULL`;
