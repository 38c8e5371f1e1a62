import type { EndedRun } from '../../core/settle.ts';
import type { SettleInput } from '../../core/store-passes.ts';
import { FINISHED_COLUMNS, ORIGIN_COLUMNS } from '../rows/run-row.ts';
import { lockJobsInTurn } from './jobs.ts';
import type { Unit } from './unit.ts';

/** A run that is in the history now, and not counted yet. */
export interface Moved {
  readonly jobUid: number;
  readonly end: EndedRun;
}

interface Succeeded extends Moved {
  readonly runId: number;
  readonly fence: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly result: string | null;
}

/**
 * Moves the runs of a batch that have succeeded, whose claims are known and whose jobs nobody holds, in one statement: whatever
 * else their rows say, they have succeeded (`settleRun`). Gives them by their fences; the others are left as they are.
 */
export async function moveSucceeded(u: Unit, batch: readonly SettleInput[]): Promise<Map<number, Moved>> {
  const succeeded: Succeeded[] = [];
  for (const input of batch) {
    const one = succeededOf(u, input);
    if (one !== undefined) succeeded.push(one);
  }
  await lockJobsInTurn(u, [...new Set(succeeded.map(({ jobUid }) => jobUid))]);
  const free = succeeded.filter(({ jobUid }) => u.jobs.has(jobUid));
  const gone = await move(u, free);
  return new Map(free.filter(({ fence }) => gone.has(fence)).map((one) => [one.fence, one]));
}

function succeededOf(u: Unit, input: SettleInput): Succeeded | undefined {
  const { runId, fence, outcome, startedAt, finishedAt, progress } = input;
  if (outcome.kind !== 'succeeded' || startedAt === undefined || progress !== undefined) return undefined;
  const jobUid = u.shared.claims.jobOf(input);
  if (jobUid === undefined) return undefined;
  return {
    runId: Number(runId),
    fence,
    jobUid,
    startedAt,
    finishedAt,
    result: outcome.result ?? null,
    end: { status: 'succeeded', startedAt, finishedAt },
  };
}

/** Gives the fences of those whose claims were still the newest of their runs. */
async function move(u: Unit, runs: readonly Succeeded[]): Promise<ReadonlySet<number>> {
  if (runs.length === 0) return new Set();
  const results = runs.map(({ result }) => result);
  const [row] = await u.q.arrays(MOVE, [
    runs.map(({ runId }) => runId),
    runs.map(({ fence }) => fence),
    // By the time of the transaction: short numbers.
    runs.map(({ startedAt }) => startedAt - u.now),
    runs.map(({ finishedAt }) => finishedAt - u.now),
    results.every((result) => result === null) ? [] : results,
    u.now,
  ]);
  const [fences] = row as readonly [readonly number[] | null];
  return new Set(fences);
}

/**
 * In any order: nobody writes to a claimed run who does not hold its job, but for its own reports; and those are answered before
 * it is settled. Its attempt is the one after those that failed.
 */
const MOVE = `WITH told AS (
    SELECT run_id, claim, $6::bigint + began AS began_at, $6::bigint + finished AS finished_at, result
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
      AS told (run_id, claim, began, finished, result)),
  gone AS (
    DELETE FROM greenvue_jobs.live_runs USING told WHERE live_runs.id = told.run_id AND live_runs.fence = told.claim
    RETURNING live_runs.*, told.began_at, told.finished_at, told.result),
  kept AS (
    INSERT INTO greenvue_jobs.runs (${FINISHED_COLUMNS})
    SELECT ${ORIGIN_COLUMNS}, 'succeeded', NULL, failures + 1, recoveries, node, began_at, finished_at, progress, result, errors
    FROM gone)
  SELECT array_agg(fence) FROM gone`;
