import type { LiveRun } from '../../../core/model/run.ts';
import type { SettleInput } from '../../../core/store/store-passes.ts';
import type { ClaimKey, ClaimState } from '../../../core/transactions/tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { LIVE_COLUMNS, liveRunOf } from '../../rows/run-row.ts';
import { moveSucceeded, type OpenedMove } from '../shortcuts/move-succeeded.ts';
import type { Unit } from '../tables/unit.ts';
import { lockFreeJobsOf, lockJobsSoon } from './job-locks.ts';

/** Locks the runs of claims that have ended, and moves those into history whose success is all there is. */
export async function lockEndedClaims(
  u: Unit,
  { batch, opened }: { readonly batch: readonly SettleInput[]; readonly opened: OpenedMove | undefined },
): Promise<readonly ClaimState[]> {
  const moved = await moveSucceeded(u, { batch, opened });
  u.shared.claims.forget(batch);
  for (const { end } of moved.values()) u.moved.push(end);
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

/** Locks the runs of claims, and their jobs before them. */
export async function lockClaims(u: Unit, claims: readonly ClaimKey[]): Promise<readonly ClaimState[]> {
  if (claims.length === 0) return [];
  const { runs, heldIds } = await lockClaimed(
    u,
    claims.map(({ runId }) => Number(runId)),
  );
  return claims.map(({ runId, fence }) => {
    if (heldIds.has(String(runId))) return 'held';
    const run = runs.get(String(runId));
    return run?.claim?.fence === fence ? run : 'stale';
  });
}

interface Claimed {
  readonly runs: ReadonlyMap<string, LiveRun>;
  /** Those that are claimed, too, but whose jobs somebody holds: they keep back no other. */
  readonly heldIds: ReadonlySet<string>;
}

async function lockClaimed(u: Unit, ids: readonly number[]): Promise<Claimed> {
  const runs = new Map<string, LiveRun>();
  const lockRuns = async (of: readonly number[]) => {
    const rows = await u.q.arrays(LOCK_CLAIMED, [of, [...u.jobs.keys()]]);
    for (const run of rows.map(liveRunOf)) runs.set(run.id, run);
  };
  await lockFreeJobsOf(u, ids);
  await lockRuns(ids);
  const others = ids.filter((id) => !runs.has(String(id)));
  const held =
    others.length === 0 ? [] : numbersIn(await u.q.arrays(OF_HELD_JOBS, [others, [...u.jobs.keys()]]));
  if (held.length === 0) return { runs, heldIds: new Set() };
  if (!(await lockJobsSoon(u, held))) return { runs, heldIds: new Set(held.map(String)) };
  await lockRuns(held);
  return { runs, heldIds: new Set() };
}

const LOCK_CLAIMED = `SELECT ${LIVE_COLUMNS} FROM greenvue_jobs.live_runs
  WHERE id = ANY($1::bigint[]) AND node IS NOT NULL AND job_uid = ANY($2::bigint[]) ORDER BY id FOR UPDATE`;
const OF_HELD_JOBS = `SELECT id FROM greenvue_jobs.live_runs
  WHERE id = ANY($1::bigint[]) AND node IS NOT NULL AND job_uid <> ALL($2::bigint[])`;
