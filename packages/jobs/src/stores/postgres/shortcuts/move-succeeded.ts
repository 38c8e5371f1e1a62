import type { SettleInput } from '../../../core/store/store-passes.ts';
import { FINISHED_COLUMNS, ORIGIN_COLUMNS } from '../../rows/runs/run-row.ts';
import { HAS_BEGUN } from '../connection/database.ts';
import { type Param, type Queries, together } from '../connection/queries.ts';
import { areJobsContended, lockFreeByUids, lockJobsInTurn, takeFree } from '../locks/job-locks.ts';
import { lookAt } from '../tables/live-runs.ts';
import type { Shared } from '../tables/shared.ts';
import type { LookedAt, Moved, Unit } from '../tables/unit.ts';

interface Succeeded extends Moved {
  readonly runId: number;
  readonly fence: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly result: string | null;
  readonly jobVersion: number;
}

/** The answers to {@link openMove}. */
export interface OpenedMove {
  readonly succeeded: readonly Succeeded[];
  /**
   * The locked jobs of these runs, without those that other transactions have locked. See
   * {@link LOCK_AND_MOVE}.
   */
  readonly rows: readonly unknown[];
  /** The remaining live runs of the jobs that depend on them, after the move. */
  readonly live: LookedAt;
}

/**
 * Sends, in one round trip, the statements that a settlement of few runs usually needs. They lock the jobs,
 * move succeeded runs of the locked jobs, and read the remaining live runs. `at`: an estimate of the
 * transaction's time.
 */
export async function openMove(
  q: Queries,
  {
    shared,
    batch,
    at,
  }: { readonly shared: Known; readonly batch: readonly SettleInput[]; readonly at: number },
): Promise<OpenedMove | undefined> {
  const succeeded = succeededIn(shared, batch);
  if (succeeded.length === 0 || areJobsContended(shared, at)) return undefined;
  const uids = uidsOf(succeeded);
  const dependent = uids.filter((uid) => shared.known.dependsOnLive(uid));
  const [rows, live] = await together([
    q.objects(LOCK_AND_MOVE, [...movingParams(succeeded, at), uids]),
    lookAt(q, dependent),
  ]);
  return { succeeded, rows, live };
}

/**
 * Moves runs of a batch to history in one statement: those that succeeded, whose claims are known and whose
 * jobs are free. Success ends a run whatever else its row contains (`settleRun`). Returns the moved runs by
 * fence.
 */
export async function moveSucceeded(
  u: Unit,
  { batch, opened }: { readonly batch: readonly SettleInput[]; readonly opened: OpenedMove | undefined },
): Promise<Map<number, Moved>> {
  if (opened !== undefined) {
    await takeFree(u, { uids: uidsOf(opened.succeeded), rows: opened.rows });
    const [first] = opened.rows as readonly { readonly moved: readonly number[] | null }[];
    return movedOf(opened.succeeded, first?.moved);
  }
  const succeeded = succeededIn(u.shared, batch);
  await lockJobsInTurn(u, uidsOf(succeeded));
  const free = succeeded.filter(({ jobUid }) => u.jobs.has(jobUid));
  if (free.length === 0) return new Map();
  const [row] = await u.q.arrays(MOVE, movingParams(free, u.now));
  const [fences] = row as readonly [readonly number[] | null];
  return movedOf(free, fences);
}

type Known = Pick<Shared, 'claims' | 'known' | 'lockWaits' | 'shortcuts'>;

const uidsOf = (runs: readonly Moved[]) => [...new Set(runs.map(({ jobUid }) => jobUid))];

function movedOf(
  runs: readonly Succeeded[],
  fences: readonly number[] | null | undefined,
): Map<number, Moved> {
  const gone = new Set(fences ?? []);
  return new Map(runs.filter(({ fence }) => gone.has(fence)).map((one) => [one.fence, one]));
}

function succeededIn(shared: Known, batch: readonly SettleInput[]): Succeeded[] {
  const succeeded: Succeeded[] = [];
  if (!shared.shortcuts.moveSucceeded) return succeeded;
  for (const input of batch) {
    const one = succeededOf(shared, input);
    if (one !== undefined) succeeded.push(one);
  }
  return succeeded;
}

function succeededOf(shared: Known, input: SettleInput): Succeeded | undefined {
  const { runId, fence, outcome, startedAt, finishedAt, progress, jobVersion, isCompleting } = input;
  if (outcome.kind !== 'succeeded' || startedAt === undefined || progress !== undefined) return undefined;
  if (jobVersion === undefined || isCompleting === true) return undefined;
  const claim = shared.claims.find(fence);
  if (claim === undefined) return undefined;
  // A spread here would take a tenth of the node's time for a run.
  return {
    runId: Number(runId),
    fence,
    jobUid: claim.jobUid,
    dueAt: claim.dueAt,
    startedAt,
    finishedAt,
    result: outcome.result ?? null,
    jobVersion,
    end: { status: 'succeeded', startedAt, finishedAt },
  };
}

/** The first seven parameters of {@link moving}. */
function movingParams(runs: readonly Succeeded[], now: number): Param[] {
  const results = runs.map(({ result }) => result);
  return [
    runs.map(({ runId }) => runId),
    runs.map(({ fence }) => fence),
    // Relative to the transaction's time, which makes short numbers.
    runs.map(({ startedAt }) => startedAt - now),
    runs.map(({ finishedAt }) => finishedAt - now),
    results.every((result) => result === null) ? [] : results,
    now,
    runs.map(({ jobVersion }) => jobVersion),
  ];
}

/**
 * The order does not matter: only reports write to a claimed run without a lock on its job, and they are
 * answered before its settlement. The number of the attempt is `failures + 1`.
 */
const moving = (only = '') => `told AS (
    SELECT run_id, claim, $6::bigint + began AS began_at, $6::bigint + finished AS finished_at, result, ran_version
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $7::integer[])
      AS told (run_id, claim, began, finished, result, ran_version)),
  gone AS (
    DELETE FROM greenvue_jobs.live_runs USING told WHERE live_runs.id = told.run_id AND live_runs.fence = told.claim ${only}
    RETURNING live_runs.*, told.began_at, told.finished_at, told.result, told.ran_version),
  kept AS (
    INSERT INTO greenvue_jobs.runs (${FINISHED_COLUMNS})
    SELECT ${ORIGIN_COLUMNS}, 'succeeded', NULL, failures + 1, recoveries, node, began_at, finished_at, progress, result, errors,
      ran_version, NULL, NULL, nullif(available_at, coalesce(scheduled_for, queued_at))
    FROM gone)`;
const MOVE = `WITH ${moving()} SELECT array_agg(fence) FROM gone`;
/**
 * For few runs, because it compares the job of each run with all locked jobs. `+ 0` prevents an index scan
 * over all live runs of these jobs. The first row also contains the fences of the moved runs.
 */
const LOCK_AND_MOVE = `WITH locked AS MATERIALIZED (${lockFreeByUids('$8')}),
  ${moving(`AND ${HAS_BEGUN} AND live_runs.job_uid + 0 = ANY(ARRAY(SELECT uid FROM locked))`)}
  SELECT *, CASE WHEN row_number() OVER () = 1 THEN (SELECT array_agg(fence) FROM gone) END AS moved FROM locked`;
