import type { AsyncTables } from '../../../core/transactions/script.ts';
import { HELD_AGAIN_MS } from '../locks/job-locks.ts';
import { versionsParam } from '../rows/type-keys.ts';
import { earlierOf, type Look, seeing, seenIn } from '../shortcuts/due-index-floor.ts';
import { SELECT_VARYING } from '../shortcuts/known-jobs.ts';
import type { Unit } from '../tables/unit.ts';
import { FIRST_SUSPECT, FREE, firstOf, noteWaiting, SEE_PRIORITIES } from './priority-claims.ts';
import { type How, type Taken, takeRuns } from './take-runs.ts';

/** A claim in progress. */
interface Claiming {
  readonly look: Look;
  readonly how: How;
  /** Whether the claim got a suspect; undefined: it did not try. */
  tookSuspect?: boolean;
  /** The runs that it took in due order, and `asked`: the most due runs that it could take. */
  inOrder?: { readonly taken: Taken; readonly asked: number };
}

/** After a full claim of at least this many runs, the next claim checks whether there are more. */
const FULL = 100;

/**
 * The operations of a claim. With `hasJoined`, a claim takes nothing if the node has no row or its lease has
 * ended. The other nodes treat such a node as dead, and take back its claims.
 */
export function claimTables(
  u: Unit,
  hasJoined: boolean,
): Pick<AsyncTables, 'openClaim' | 'takeRuns' | 'endClaim'> {
  let claiming: Claiming | undefined;
  const claimInProgress = () => {
    if (claiming === undefined) throw new Error('no claim is in progress');
    return claiming;
  };
  return {
    async openClaim({ types }) {
      const versions = versionsParam(types);
      const look = await u.shared.due.runs.look(u.now, async (from) =>
        seenIn((await u.q.arrays(SEE_EARLIEST, [versions, from]))[0]),
      );
      claiming = { look, how: { versions, hasJoined, from: look.from } };
      // What the last look saw: a new look would cost as much as the claim.
      return u.shared.waiting.seen;
    },
    async takeRuns({ node }, room, jobs) {
      const { which, places, prefetch } = room;
      const taken = await takeRuns(u, room, { ...claimInProgress().how, node, jobs });
      if (which === 'suspect') claimInProgress().tookSuspect = taken.runs.length > 0;
      if (which === 'due') claimInProgress().inOrder = { taken, asked: places + prefetch };
      return taken.runs;
    },
    async endClaim(_, uids) {
      const { look, how, tookSuspect, inOrder } = claimInProgress();
      const { found = 0, runs = [], hasQueues = false } = inOrder?.taken ?? {};
      const asked = inOrder?.asked ?? 0;
      const due = runs.filter(({ availableAt }) => availableAt <= u.now);
      const isFull = found >= FULL && found === asked && due.length === found;
      const mustSee = !isFull || hasQueues || look.mustSee || tookSuspect !== undefined;
      const rows = mustSee
        ? await u.q.objects(SEE_EARLIEST_AND_JOBS, [how.versions, how.from, uids])
        : await u.q.objects(READ_JOBS, [uids]);
      const seen = mustSee
        ? noteWaiting(u, Object.values(rows[0] as object), { isSuspectHeld: tookSuspect === false })
        : undefined;
      const known = uids.length === 0 ? [] : await u.shared.known.complete(u.q, rows);
      const jobs = new Map(known.map(({ uid, job }) => [uid, job]));
      // Without queues, the runs are in due order. With them, `seen` has the earliest that is left.
      const reached = found < asked ? u.now : due.at(-1)?.availableAt;
      u.onceWritten.push(() => look.done(reached, seen));
      const earliest = seen?.earliest;
      // Other transactions hold every run that is still due, for example a node that was frozen during its
      // claim. Or the node is dead and may not claim.
      const isHeld = asked > 0 && found === 0 && earliest !== undefined && earliest <= u.now;
      const againAt = isFull ? u.now : earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
      return {
        jobs: uids.map((uid) => {
          const job = jobs.get(uid);
          // A run refers to its job by the index in this list, so no job may be missing.
          if (job === undefined) throw new Error(`a run belongs to no job (uid ${uid})`);
          return job;
        }),
        seen: { ...u.shared.waiting.seen, againAt },
      };
    },
  };
}

const READ_JOBS = `${SELECT_VARYING} WHERE uid = ANY($1::bigint[])`;
/**
 * The columns for {@link noteWaiting}, of a SELECT from {@link FIRST_SUSPECT}: the runs that are left to
 * claim. Parameters: {@link versionsParam}, and the due time at which the look starts.
 */
export const SEE_LEFT = `${seeing(firstOf(`type_key = known.key AND ${FREE} AND available_at >= $2::bigint`))}, ${SEE_PRIORITIES}`;
const SEE_EARLIEST = `SELECT ${SEE_LEFT} FROM ${FIRST_SUSPECT}`;
/** One statement, because nearly every claim needs both. */
const SEE_EARLIEST_AND_JOBS = `SELECT looked.*, varying.* FROM (${SEE_EARLIEST}) AS looked
  LEFT JOIN (${SELECT_VARYING} WHERE uid = ANY($3::bigint[])) AS varying ON true`;
