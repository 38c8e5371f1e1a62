import type { ClaimInput, PlanInput } from '../../../core/store/store-passes.ts';
import type { DueJobs, EndedPlan, PlanEnd, SeenWaiting } from '../../../core/transactions/tables/tables.ts';
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

/** The data that a plan reads first. */
export interface OpenedPlan {
  readonly look: Look;
  /**
   * The time of the look. It locked the rows that were due then, unless other transactions had locked them.
   */
  readonly at: number;
  readonly due: readonly unknown[];
}

/** Reads the data that a plan needs first, for the time `at`: the transaction's time is not known yet. */
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

/** A plan's look for due jobs. If the plan also claims, it looks for waiting runs too. */
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
    // One id for the run of each job, and one for the fence of its claim.
    const idsOfEach = claim === undefined ? 1 : 2;
    const [live, , claiming, jobs] = await Promise.all([
      liveRunsOf(u, uids),
      reserveIds(u, rows.length * idsOfEach),
      claim && beginClaim(u, claim, hasJoined),
      // Runs while the server answers the other queries.
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
    // Other transactions have locked every job that is still due, until they end.
    const isHeld = !isDone && earliest !== undefined && earliest <= upTo;
    if (isHeld) u.shared.missed.plans = true;
    const nextWakeAt = earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
    return nextWakeAt === undefined ? { now: upTo } : { now: upTo, nextWakeAt };
  }
}

/** A claim that waits until the plan has made its runs. */
interface Claiming {
  readonly look: Look;
  /** What the look saw of the unclaimed runs. */
  readonly seen: Seen;
  /** Undefined if the node may not claim, because the other nodes have declared it dead. */
  readonly waiting: SeenWaiting | undefined;
}

/** Looks for waiting runs. The result does not depend on the plan. */
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
 * A node's estimate of the database's time is at most this far ahead, unless the database was replaced. Less
 * than the time that `DueIndexFloor` allows for a late commit.
 */
const CLOCKS_DIFFER_MS = 100;

const EARLIEST_WAKE = `SELECT ${seeing(`SELECT min(next.wake_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT wake_at FROM greenvue_jobs.job_wakes WHERE type_key = known.key AND wake_at >= $2::bigint
  ORDER BY wake_at LIMIT 1) AS next`)}`;
const SEE_EARLIEST_IF_ALIVE = `WITH alive AS MATERIALIZED (${isAlive('$3')})
  SELECT ${SEE_LEFT}, EXISTS (SELECT FROM alive) AS is_alive FROM ${FIRST_SUSPECT}`;
/**
 * The earliest unlocked jobs of all types. It reads no more jobs of a type than it takes. The array makes
 * PostgreSQL pick and lock them once, and then read them under the lock.
 */
const LOCK_DUE = `${SELECT_VARYING} WHERE uid = ANY(ARRAY(
  SELECT due.uid FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
    SELECT jobs.uid, wakes.wake_at FROM greenvue_jobs.job_wakes AS wakes JOIN greenvue_jobs.jobs ON jobs.uid = wakes.job_uid
    WHERE wakes.type_key = known.key AND wakes.wake_at >= $4::bigint AND wakes.wake_at <= $2::bigint
    ORDER BY wakes.wake_at, wakes.job_uid LIMIT $3::integer FOR NO KEY UPDATE OF jobs SKIP LOCKED) AS due
  ORDER BY due.wake_at, due.uid LIMIT $3::integer)) AND wake_at <= $2::bigint
  ORDER BY wake_at, uid ${LOCK} SKIP LOCKED`;
