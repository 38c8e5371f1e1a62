import type { ClaimInput, PlanInput } from '../../../core/store/store-passes.ts';
import type { DueJobs, EndedPlan, PlanEnd, SeenWaiting } from '../../../core/transactions/tables.ts';
import { SEE_LEFT } from '../claims/claim.ts';
import { FIRST_SUSPECT, noteWaiting } from '../claims/priority-claims.ts';
import type { Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import { KEYS_KNOWN, versionsParam } from '../rows/type-keys.ts';
import { earlierOf, type Look, type Seen, seeing, seenIn } from '../shortcuts/due-index-floor.ts';
import { isAlive } from '../shortcuts/make-claimed.ts';
import { liveRunsOf } from '../tables/live-runs.ts';
import type { Shared } from '../tables/shared.ts';
import type { Unit } from '../tables/unit.ts';
import { reserveIds } from '../tables/write-unit.ts';
import { askToLockDue, HELD_AGAIN_MS, takeLocked, uidsIn } from './job-locks.ts';

/** What a plan has to know before all else. */
export interface OpenedPlan {
  readonly look: Look;
  /** What was due then is locked, if nobody else holds it. */
  readonly at: number;
  readonly due: readonly unknown[];
}

/** Asks for what a plan has to know first, at `at`: the time of its transaction is not known yet. */
export async function openPlan(
  q: Queries,
  { shared, input, at }: { readonly shared: Shared; readonly input: PlanInput; readonly at: number },
): Promise<OpenedPlan> {
  const { types, limit, aheadMs = 0 } = input;
  const versions = versionsParam(types);
  const look = await shared.due.jobs.look(at, async (from) =>
    seenIn((await q.arrays(EARLIEST_WAKE, [versions, from]))[0]),
  );
  return { look, at, due: await askToLockDue(q, { versions, from: look.from, by: at + aheadMs, limit }) };
}

/** One plan's look for due jobs, and for the runs that wait for the claim with it. */
export interface DueLook {
  lockDue(input: PlanInput): Promise<DueJobs>;
  /** To be called before what was planned is written. */
  written(): void;
  end(planned: EndedPlan): Promise<PlanEnd>;
}

export function createDueLook(
  u: Unit,
  { hasJoined, opened }: { readonly hasJoined: boolean; readonly opened: OpenedPlan | undefined },
): DueLook {
  let plan: OpenedPlan | undefined;
  let claiming: Claiming | undefined;
  return {
    async lockDue(input) {
      const isUsable = opened !== undefined && opened.at <= u.now + CLOCKS_DIFFER_MS;
      plan = isUsable ? opened : await openPlan(u.q, { shared: u.shared, input, at: u.now });
      const rows = plan.due;
      if (rows.length === 0) return { jobs: [], live: new Map() };
      const claim = u.shared.shortcuts.claimPlanned ? input.claim : undefined;
      // A run for each, and the fence of its claim.
      const idsOfEach = claim === undefined ? 1 : 2;
      const [live, , waiting, jobs] = await Promise.all([
        liveRunsOf(u, uidsIn(rows)),
        reserveIds(u, rows.length * idsOfEach),
        claim && beginClaim(u, claim, hasJoined),
        // While the server is at those.
        takeLocked(u, rows),
      ]);
      claiming = waiting;
      return { jobs, live, waiting: claiming?.waiting };
    },
    written() {
      if (claiming === undefined) return;
      const { look, seen } = claiming;
      const isClaimed = u.toMake.some((one) => one.kind === 'queue' && one.claim !== undefined);
      u.onceWritten.push(() => look.done(isClaimed ? u.now : undefined, seen));
      claiming = undefined;
    },
    async end({ input: { types, limit }, jobs, isDone }) {
      if (plan === undefined) throw new Error('no plan is under way');
      const { look, at } = plan;
      const upTo = Math.min(at, u.now);
      const reached = jobs.length < limit ? upTo : jobs.at(-1)?.job.wakeAt;
      const seen = seenIn((await u.q.commitWith(EARLIEST_WAKE, [versionsParam(types), look.from]))[0]);
      u.onceWritten.push(() => look.done(reached, seen));
      const { earliest } = seen;
      // All that is still due is held by others: what a caller's transaction holds is there again once that
      // has ended.
      const isHeld = !isDone && earliest !== undefined && earliest <= upTo;
      if (isHeld) u.shared.missed.plans = true;
      const nextWakeAt = earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
      return nextWakeAt === undefined ? { now: upTo } : { now: upTo, nextWakeAt };
    },
  };
}

/** A claim that waits for what is planned. */
interface Claiming {
  readonly look: Look;
  /** What waits unclaimed. */
  readonly seen: Seen;
  /** Undefined: the node is dead to the others. */
  readonly waiting: SeenWaiting | undefined;
}

/** Sees what waits, which needs nothing of what is planned. */
async function beginClaim(u: Unit, { types, node }: ClaimInput, hasJoined: boolean): Promise<Claiming> {
  const versions = versionsParam(types);
  let alive = true;
  const see = async (from: number) => {
    const [row] = await u.q.arrays(SEE_EARLIEST_IF_ALIVE, [versions, from, node]);
    alive = rowOf<boolean[]>(row).at(-1) === true;
    return noteWaiting(u, row, { isSuspectHeld: false });
  };
  const look = await u.shared.due.runs.look(u.now, see);
  const seen = await see(look.from);
  if (hasJoined && !alive) return { look, seen, waiting: undefined };
  const againAt = earlierOf(seen.earliest, look.againAt);
  return { look, seen, waiting: { ...u.shared.waiting.seen, againAt } };
}

/**
 * The database's time as a node knows it is at most so far ahead, but for a database that another one has
 * replaced. By so much less than {@link createDueIndexFloor} means to wait for what is written late.
 */
const CLOCKS_DIFFER_MS = 100;

const EARLIEST_WAKE = `SELECT ${seeing(`SELECT min(next.wake_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT wake_at FROM greenvue_jobs.job_wakes WHERE type_key = known.key AND wake_at >= $2::bigint
  ORDER BY wake_at LIMIT 1) AS next`)}`;
const SEE_EARLIEST_IF_ALIVE = `WITH alive AS MATERIALIZED (${isAlive('$3')})
  SELECT ${SEE_LEFT}, EXISTS (SELECT FROM alive) AS is_alive FROM ${FIRST_SUSPECT}`;
