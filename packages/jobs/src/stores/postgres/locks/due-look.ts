import type { ClaimInput, PlanInput } from '../../../core/store/store-passes.ts';
import type { DueJobs, EndedPlan, PlanEnd, SeenWaiting } from '../../../core/transactions/tables.ts';
import { SEE_LEFT } from '../claims/claim.ts';
import { FIRST_SUSPECT, noteWaiting } from '../claims/priority-claims.ts';
import type { Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import { KEYS_KNOWN, versionsParam } from '../rows/type-keys.ts';
import { earlierOf, type Look, type Seen, seeing, seenIn } from '../shortcuts/due-index-floor.ts';
import { SELECT_VARYING } from '../shortcuts/known-jobs.ts';
import { isAlive } from '../shortcuts/make-claimed.ts';
import { liveRunsOf } from '../tables/live-runs.ts';
import type { Shared } from '../tables/shared.ts';
import type { Unit } from '../tables/unit.ts';
import { reserveIds } from '../tables/write-unit.ts';
import { HELD_AGAIN_MS, LOCK, takeLocked } from './job-locks.ts';

/** What a plan reads first. */
export interface OpenedPlan {
  readonly look: Look;
  /** The time of the look: rows that were due then are locked, except for rows that others had locked. */
  readonly at: number;
  readonly due: readonly unknown[];
}

/** Reads what a plan needs first, at `at`: the time of its transaction is not known yet. */
export async function openPlan(
  q: Queries,
  { shared, input, at }: { readonly shared: Shared; readonly input: PlanInput; readonly at: number },
): Promise<OpenedPlan> {
  const { types, limit, aheadMs = 0 } = input;
  const versions = versionsParam(types);
  const look = await shared.due.jobs.look(at, async (from) =>
    seenIn((await q.arrays(EARLIEST_WAKE, [versions, from]))[0]),
  );
  return { look, at, due: await q.objects(LOCK_DUE, [versions, at + aheadMs, limit, look.from]) };
}

export interface DueLookOptions {
  readonly hasJoined: boolean;
  readonly opened: OpenedPlan | undefined;
}

/** A plan's look for due jobs, and for runs that wait for the claim with it. */
export class DueLook {
  readonly #u: Unit;
  readonly #options: DueLookOptions;
  #plan: OpenedPlan | undefined;
  #claiming: Claiming | undefined;

  constructor(u: Unit, options: DueLookOptions) {
    this.#u = u;
    this.#options = options;
  }

  async lockDue(input: PlanInput): Promise<DueJobs> {
    const u = this.#u;
    const { opened, hasJoined } = this.#options;
    const isUsable = opened !== undefined && opened.at <= u.now + CLOCKS_DIFFER_MS;
    this.#plan = isUsable ? opened : await openPlan(u.q, { shared: u.shared, input, at: u.now });
    const rows = this.#plan.due;
    if (rows.length === 0) return { jobs: [], live: new Map() };
    const claim = u.shared.shortcuts.claimPlanned ? input.claim : undefined;
    const uids = rows.map((row) => (row as { readonly uid: number }).uid);
    // A run for each, and the fence of its claim.
    const idsOfEach = claim === undefined ? 1 : 2;
    const [live, , claiming, jobs] = await Promise.all([
      liveRunsOf(u, uids),
      reserveIds(u, rows.length * idsOfEach),
      claim && beginClaim(u, claim, hasJoined),
      // While the server answers those.
      takeLocked(u, rows),
    ]);
    this.#claiming = claiming;
    return { jobs, live, waiting: claiming?.waiting };
  }

  /** Call it before the planned runs are written. */
  written(): void {
    if (this.#claiming === undefined) return;
    const { look, seen } = this.#claiming;
    const u = this.#u;
    const isClaimed = u.toMake.some((one) => one.kind === 'queue' && one.claim !== undefined);
    u.onceWritten.push(() => look.done(isClaimed ? u.now : undefined, seen));
    this.#claiming = undefined;
  }

  async end({ input: { types, limit }, jobs, isDone }: EndedPlan): Promise<PlanEnd> {
    const u = this.#u;
    if (this.#plan === undefined) throw new Error('no plan is under way');
    const { look, at } = this.#plan;
    const upTo = Math.min(at, u.now);
    const reached = jobs.length < limit ? upTo : jobs.at(-1)?.job.wakeAt;
    const seen = seenIn((await u.q.commitWith(EARLIEST_WAKE, [versionsParam(types), look.from]))[0]);
    u.onceWritten.push(() => look.done(reached, seen));
    const { earliest } = seen;
    // Others hold every job that is still due; a caller's transaction gives them back when it ends.
    const isHeld = !isDone && earliest !== undefined && earliest <= upTo;
    if (isHeld) u.shared.missed.plans = true;
    const nextWakeAt = earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
    return nextWakeAt === undefined ? { now: upTo } : { now: upTo, nextWakeAt };
  }
}

/** A claim that waits for the planned runs. */
interface Claiming {
  readonly look: Look;
  /** The unclaimed runs. */
  readonly seen: Seen;
  /** Undefined: the other nodes have declared the node dead. */
  readonly waiting: SeenWaiting | undefined;
}

/** Looks for waiting runs; it does not depend on what is planned. */
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
 * A node's idea of the database's time is at most this far ahead, unless another database has replaced it.
 * Less than the time that `DueIndexFloor` allows for a late commit.
 */
const CLOCKS_DIFFER_MS = 100;

const EARLIEST_WAKE = `SELECT ${seeing(`SELECT min(next.wake_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT wake_at FROM greenvue_jobs.job_wakes WHERE type_key = known.key AND wake_at >= $2::bigint
  ORDER BY wake_at LIMIT 1) AS next`)}`;
const SEE_EARLIEST_IF_ALIVE = `WITH alive AS MATERIALIZED (${isAlive('$3')})
  SELECT ${SEE_LEFT}, EXISTS (SELECT FROM alive) AS is_alive FROM ${FIRST_SUSPECT}`;
/**
 * The earliest unlocked jobs of each type, merged: it reads no more of a type than it takes. As an array, so
 * that it picks and locks them once, and then reads them under the lock.
 */
const LOCK_DUE = `${SELECT_VARYING} WHERE uid = ANY(ARRAY(
  SELECT due.uid FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
    SELECT jobs.uid, wakes.wake_at FROM greenvue_jobs.job_wakes AS wakes JOIN greenvue_jobs.jobs ON jobs.uid = wakes.job_uid
    WHERE wakes.type_key = known.key AND wakes.wake_at >= $4::bigint AND wakes.wake_at <= $2::bigint
    ORDER BY wakes.wake_at, wakes.job_uid LIMIT $3::integer FOR NO KEY UPDATE OF jobs SKIP LOCKED) AS due
  ORDER BY due.wake_at, due.uid LIMIT $3::integer)) AND wake_at <= $2::bigint
  ORDER BY wake_at, uid ${LOCK} SKIP LOCKED`;
