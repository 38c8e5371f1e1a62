import { type EndedRun, retriedOf } from '../../core/ended-runs.ts';
import type { LiveRun, Progress, RunOver } from '../../core/run.ts';
import {
  asLeft,
  countFailed,
  finishedOf,
  mustLookAnew,
  type Outcome,
  overOf,
  type Settlement,
  settleRun,
} from '../../core/settle.ts';
import type { JobStore } from '../../core/store.ts';
import type { ClaimEnd, SettleBatchResult, SettleInput, SettleResult } from '../../core/store-passes.ts';
import { numbersIn } from '../rows/first-column.ts';
import { errorsText, LIVE_COLUMNS } from '../rows/run-row.ts';
import { type EndedByJob, settleJobs } from './apply.ts';
import type { DeadNode } from './control-protocol.ts';
import { flush } from './flush.ts';
import { lockFreeJobsOf, lockJobsSoon } from './jobs.ts';
import { deleteLiveRuns, type LookedAt } from './live-runs.ts';
import { appendLogs, type RunLines } from './logs.ts';
import { moveSucceeded, type OpenedMove } from './move-succeeded.ts';
import { columnsOf } from './queries.ts';
import { liveRunOf, rowOf } from './run-rows.ts';
import { becomeDue, lockedJob, type Unit } from './unit.ts';

type Waiting = Extract<Settlement, { kind: 'waiting' }>;

/** A settlement that puts a run back. */
interface PutBack {
  readonly runId: number;
  readonly to: Waiting;
  readonly progress?: Progress | undefined;
}

const SUCCEEDED: SettleResult = { kind: 'finished', status: 'succeeded' };
const NO_LINES: [] = [];

/** Settles claims, then once for each job what that means for it. */
export async function settle(
  u: Unit,
  { batch, opened }: { readonly batch: readonly SettleInput[]; readonly opened?: OpenedMove | undefined },
): Promise<SettleBatchResult> {
  const ends = createEnds();
  const moved = await moveSucceeded(u, { batch, opened });
  u.shared.claims.forget(batch);
  const others = batch.filter(({ fence }) => !moved.has(fence));
  const { runs: claimed, heldIds } = await lockClaimed(
    u,
    others.map(({ runId }) => Number(runId)),
  );
  let wake = false;
  const results = batch.map((input): SettleResult => {
    const known = input.outcome.kind === 'succeeded' ? moved.get(input.fence) : undefined;
    if (known !== undefined) {
      // Its fence is void from here on.
      moved.delete(input.fence);
      u.moved.push(known.end);
      endsOf(ends.byJob, known.jobUid).push(known.end);
      return SUCCEEDED;
    }
    if (heldIds.has(input.runId)) return { kind: 'later' };
    const run = claimed.get(input.runId);
    if (run?.claim?.fence !== input.fence) return { kind: 'stale' };
    claimed.delete(input.runId);
    const settlement = endRun(u, run, input, ends);
    if (settlement.kind === 'finished') return { kind: 'finished', status: settlement.status };
    const { availableAt, failures } = settlement;
    if (mustLookAnew(input.outcome, settlement, u.now)) wake = true;
    return { kind: 'waiting', availableAt, failures };
  });
  const lines = batch.flatMap(({ runId, logs }, n): RunLines | [] => {
    const isSettled = results[n]?.kind === 'finished' || results[n]?.kind === 'waiting';
    return logs === undefined || !isSettled ? NO_LINES : { runId: Number(runId), lines: logs };
  });
  await appendLogs(u.q, lines);
  // What others did to their jobs' live runs since, nobody has looked at.
  const released = await writeEnds(u, ends, others.length === 0 ? opened?.live : undefined);
  return { results, wake: released || wake };
}

/**
 * Takes back every claim of nodes that are gone (P9); those whose jobs somebody holds are found again, and
 * taken back later.
 */
export async function recover(u: Unit, { node }: { readonly node: string }): Promise<Recovery> {
  const claims = await u.q.arrays(CLAIMED_BY_GONE, [node]);
  return takeBack(u, claims.map(claimOf), { kind: 'lost' });
}

/**
 * Forgets nodes of which nothing was heard since they were found dead, and takes back what they had claimed.
 */
export async function bury(u: Unit, nodes: readonly DeadNode[]): Promise<Recovery> {
  await u.q.run(FORGET, [nodes.map(({ id }) => id), nodes.map(({ beatAt }) => beatAt)]);
  return recover(u, { node: '' });
}

/** Gives back what a node has claimed and does not hold. */
export async function reconcile(
  u: Unit,
  { node, holds, tellsEnded }: Parameters<JobStore['reconcile']>[0],
): ReturnType<JobStore['reconcile']> {
  const held = new Set(holds);
  const claims = (await u.q.arrays(CLAIMED_BY, [node])).map(claimOf);
  const unknown = claims.filter(({ fence }) => !held.has(fence));
  const { recovered, left, ended } = await takeBack(u, unknown, { kind: 'given_back' });
  return { givenBack: recovered, left, ...(tellsEnded === true ? { ended } : {}) };
}

export interface Recovery {
  readonly recovered: number;
  readonly failed: number;
  readonly ended: readonly RunOver[];
  /** Claims that could not be taken back, since somebody holds their jobs. */
  readonly left: number;
}

/** A claim, as it was seen before it could be locked. */
interface SeenClaim {
  readonly runId: number;
  readonly fence: number;
}

function claimOf(row: unknown): SeenClaim {
  const [runId, fence] = rowOf<[number, number]>(row);
  return { runId, fence };
}

async function takeBack(
  u: Unit,
  claims: readonly SeenClaim[],
  outcome: Extract<Outcome, { kind: 'lost' | 'given_back' }>,
): Promise<Recovery> {
  const ends = createEnds();
  const ended: RunOver[] = [];
  const { runs, heldIds } = await lockClaimed(
    u,
    claims.map(({ runId }) => runId),
  );
  for (const { runId, fence } of claims) {
    const run = runs.get(String(runId));
    // Meanwhile another node may have taken it back, and one that lives may have claimed it anew.
    if (run?.claim?.fence !== fence) continue;
    const settlement = endRun(u, run, { outcome, random: 0, finishedAt: u.now }, ends);
    if (settlement.kind === 'finished')
      ended.push(overOf(run, lockedJob(u, Number(run.jobUid)).job, settlement));
  }
  await writeEnds(u, ends);
  return { recovered: ends.putBack.length, failed: countFailed(ended), ended, left: heldIds.size };
}

interface Claimed {
  readonly runs: Map<string, LiveRun>;
  /** Those that are claimed, too, but whose jobs somebody holds: they keep back no other. */
  readonly heldIds: ReadonlySet<string>;
}

/** Locks runs that are claimed, and their jobs before them. */
async function lockClaimed(u: Unit, ids: readonly number[]): Promise<Claimed> {
  const runs = new Map<string, LiveRun>();
  if (ids.length === 0) return { runs, heldIds: new Set() };
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

/** How the claims of a unit ended, until it is written. */
interface Ends {
  readonly byJob: EndedByJob;
  readonly gone: number[];
  readonly putBack: PutBack[];
}

function createEnds(): Ends {
  return { byJob: new Map(), gone: [], putBack: [] };
}

function endRun(u: Unit, claimed: LiveRun, input: ClaimEnd, { byJob, gone, putBack }: Ends): Settlement {
  const run = asLeft(claimed, input);
  const uid = Number(run.jobUid);
  const { job } = lockedJob(u, uid);
  const settlement = settleRun(job, run, input.outcome, { now: u.now, random: input.random });
  const ended = endsOf(byJob, uid);
  if (settlement.kind === 'finished') {
    const finished = finishedOf(run, settlement, input);
    gone.push(Number(run.id));
    u.ended.push(finished);
    ended.push(finished);
  } else {
    const retried = retriedOf(input.outcome, input);
    if (retried !== undefined) ended.push(retried);
    putBack.push({ runId: Number(run.id), to: settlement, progress: input.progress });
  }
  return settlement;
}

function endsOf(byJob: EndedByJob, uid: number): EndedRun[] {
  const known = byJob.get(uid);
  if (known !== undefined) return known;
  const ended: EndedRun[] = [];
  byJob.set(uid, ended);
  return ended;
}

async function writeEnds(u: Unit, { byJob, gone, putBack }: Ends, looked?: LookedAt): Promise<boolean> {
  await deleteLiveRuns(u, gone);
  if (putBack.length > 0) {
    becomeDue(
      u,
      'runs',
      putBack.map(({ to }) => to.availableAt),
    );
    const rows = putBack.map(({ runId, to, progress }) => [
      runId,
      to.held,
      to.availableAt,
      to.failures,
      to.recoveries,
      errorsText(to.errors),
      progress === undefined ? null : JSON.stringify(progress),
    ]);
    await u.q.write(PUT_BACK, columnsOf(rows, 7));
  }
  const wake = await settleJobs(u, byJob, { ofClaims: true, looked });
  await flush(u);
  return wake;
}

const FORGET = `DELETE FROM greenvue_jobs.nodes USING unnest($1::text[], $2::bigint[]) AS dead (id, beat_at)
  WHERE nodes.id = dead.id AND nodes.beat_at = dead.beat_at`;
const CLAIMED_BY_GONE = `SELECT id, fence FROM greenvue_jobs.live_runs WHERE node IS NOT NULL AND node <> $1
  AND NOT EXISTS (SELECT FROM greenvue_jobs.nodes WHERE nodes.id = live_runs.node)`;
const CLAIMED_BY = `SELECT id, fence FROM greenvue_jobs.live_runs WHERE node = $1`;
const LOCK_CLAIMED = `SELECT ${LIVE_COLUMNS} FROM greenvue_jobs.live_runs
  WHERE id = ANY($1::bigint[]) AND node IS NOT NULL AND job_uid = ANY($2::bigint[]) ORDER BY id FOR UPDATE`;
const OF_HELD_JOBS = `SELECT id FROM greenvue_jobs.live_runs
  WHERE id = ANY($1::bigint[]) AND node IS NOT NULL AND job_uid <> ALL($2::bigint[])`;
const PUT_BACK = `UPDATE greenvue_jobs.live_runs SET status = 'queued', held = new.held, available_at = new.available_at,
    failures = new.failures, recoveries = new.recoveries, errors = new.errors,
    progress = coalesce(new.progress, live_runs.progress), node = NULL, fence = NULL, started_at = NULL, cancel = NULL,
    zombie_since = NULL, slot_has_waited = CASE WHEN live_runs.scheduled_for IS NOT NULL THEN true END
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
    AS new (id, held, available_at, failures, recoveries, errors, progress)
  WHERE live_runs.id = new.id`;
