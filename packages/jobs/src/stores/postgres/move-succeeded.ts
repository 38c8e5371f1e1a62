import type { EndedRun } from '../../core/settle.ts';
import type { SettleInput } from '../../core/store-passes.ts';
import { numbersIn } from '../rows/first-column.ts';
import { FINISHED_COLUMNS, ORIGIN_COLUMNS } from '../rows/run-row.ts';
import { lockJobsInTurn } from './jobs.ts';
import type { KnownClaim } from './known-claims.ts';
import type { Unit } from './unit.ts';

/** A run that is in the history now, and not counted yet. */
export interface Moved {
  readonly jobUid: number;
  readonly end: EndedRun;
}

interface Succeeded extends KnownClaim {
  readonly runId: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly result: string | undefined;
}

/**
 * Moves the runs of a batch that have succeeded, whose claims are known and whose jobs nobody holds, in one statement: whatever
 * else their rows say, they have succeeded (`settleRun`). Gives them by their fences; the others are left as they are.
 */
export async function moveSucceeded(u: Unit, batch: readonly SettleInput[]): Promise<Map<number, Moved>> {
  const succeeded = new Map<number, Succeeded>();
  for (const input of batch) {
    const one = succeededOf(u, input);
    if (one !== undefined) succeeded.set(one.fence, one);
  }
  await lockJobsInTurn(u, [...new Set([...succeeded.values()].map(({ jobUid }) => jobUid))]);
  const moved = new Map<number, Moved>();
  for (const fence of await move(
    u,
    [...succeeded.values()].filter(({ jobUid }) => u.jobs.has(jobUid)),
  )) {
    const one = succeeded.get(fence);
    if (one === undefined) throw new Error(`the claim ${fence} was not to be settled`);
    const { jobUid, startedAt, finishedAt } = one;
    moved.set(fence, { jobUid, end: { status: 'succeeded', startedAt, finishedAt } });
  }
  return moved;
}

function succeededOf(u: Unit, input: SettleInput): Succeeded | undefined {
  const { runId, outcome, startedAt, finishedAt, progress } = input;
  if (outcome.kind !== 'succeeded' || startedAt === undefined || progress !== undefined) return undefined;
  const claim = u.shared.claims.of(input);
  return claim && { ...claim, runId: Number(runId), startedAt, finishedAt, result: outcome.result };
}

/** Gives the fences of those whose claims were still the newest of their runs. */
async function move(u: Unit, succeeded: readonly Succeeded[]): Promise<number[]> {
  if (succeeded.length === 0) return [];
  const rows = await u.q.arrays(MOVE, [
    succeeded.map(({ runId }) => runId),
    succeeded.map(({ fence }) => fence),
    succeeded.map(({ attempt }) => attempt),
    succeeded.map(({ startedAt }) => startedAt),
    succeeded.map(({ finishedAt }) => finishedAt),
    succeeded.map(({ result }) => result ?? null),
  ]);
  return numbersIn(rows);
}

/**
 * In any order: nobody writes to a claimed run who does not hold its job, but for its own reports; and those are answered before
 * it is settled.
 */
const MOVE = `WITH told AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
      AS told (run_id, claim, attempt, began_at, finished_at, result)),
  gone AS (
    DELETE FROM greenvue_jobs.live_runs USING told WHERE live_runs.id = told.run_id AND live_runs.fence = told.claim
    RETURNING live_runs.*, told.attempt, told.began_at, told.finished_at, told.result),
  kept AS (
    INSERT INTO greenvue_jobs.runs (${FINISHED_COLUMNS})
    SELECT ${ORIGIN_COLUMNS}, 'succeeded', NULL, attempt, recoveries, node, began_at, finished_at, progress, result, errors
    FROM gone)
  SELECT fence FROM gone`;
