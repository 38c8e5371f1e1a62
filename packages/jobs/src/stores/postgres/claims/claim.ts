import { prefetchBeside } from '../../../core/rules/suspects.ts';
import type { ClaimInput, ClaimResult } from '../../../core/store/store-passes.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { HELD_AGAIN_MS } from '../locks/job-locks.ts';
import { versionsParam } from '../rows/type-keys.ts';
import { earlierOf, type Seen, seeing, seenIn } from '../shortcuts/due-index-floor.ts';
import { SELECT_VARYING } from '../shortcuts/known-jobs.ts';
import type { Unit } from '../tables/unit.ts';
import {
  FIRST_SUSPECT,
  FREE,
  firstOf,
  isSuspectDue,
  notePriorities,
  SEE_PRIORITIES,
} from './priority-claims.ts';
import { claimsOf, type How, lessThan, NOTHING, takeDue, takeSlots, takeSuspect } from './take-runs.ts';

/**
 * Claims runs of the types, in due order: first those that start at once, then those to be held (P9, lost
 * nodes; P10, fence). A node that has joined takes nothing while it has no row, or its lease is over: it is
 * dead to the others, who take back what it claims.
 */
export async function claim(u: Unit, input: ClaimInput, hasJoined: boolean): Promise<ClaimResult> {
  const versions = versionsParam(input.types);
  const look = await u.shared.due.runs.look(u.now, async (from) =>
    seenIn((await u.q.arrays(SEE_EARLIEST, [versions, from]))[0]),
  );
  const how = { versions, hasJoined, from: look.from };
  const triesSuspect = input.places > 0 && isSuspectDue(u);
  const suspect = triesSuspect ? await takeSuspect(u, input, how) : NOTHING;
  const prefetch = prefetchBeside(isSuspectDue(u), input);
  const besideSuspect = { ...lessThan(input, suspect), prefetch };
  const slots = u.shared.priorities.slotsHavePriority ? await takeSlots(u, besideSuspect, how) : NOTHING;
  const others = lessThan(besideSuspect, slots);
  const asked = others.places + others.prefetch;
  const taken = asked + (others.ahead?.runs ?? 0) > 0 ? await takeDue(u, others, how) : NOTHING;
  const { found } = taken;
  const due = taken.availableAts.filter((availableAt) => availableAt <= u.now);
  const isFull = found >= FULL && found === asked && due.length === found;
  const uids = [...new Set([suspect, slots, taken].flatMap(({ jobUids }) => jobUids))];
  const mustSee = !isFull || look.mustSee || triesSuspect;
  const { jobs, seen, row } = await lookAfter(u, uids, mustSee ? how : undefined);
  if (seen !== undefined) {
    const isSuspectHeld = triesSuspect && suspect.started === 0;
    notePriorities(u, { earliest: seen.earliest, columns: row.slice(2), isSuspectHeld });
  }
  // They come in due order.
  const reached = found < asked ? u.now : due.at(-1);
  u.onceWritten.push(() => look.done(reached, seen));
  const earliest = seen?.earliest;
  const indexes = new Map(jobs.map(({ uid }, index) => [uid, index]));
  // All that is still due is held by others, such as a node that was frozen while it claimed, or is not for a
  // dead one.
  const isHeld = asked > 0 && found === 0 && earliest !== undefined && earliest <= u.now;
  const dueAt = isFull ? u.now : earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
  const nextDueAt = earlierOf(dueAt, u.shared.priorities.suspectAt);
  return {
    now: u.now,
    jobs: jobs.map(({ job }) => job),
    runs: [
      ...claimsOf(suspect, indexes),
      ...claimsOf(slots, indexes).map((run) => ({ ...run, hasPriority: true as const })),
      ...claimsOf(taken, indexes),
    ],
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
  };
}

/** A full claim of at least this many runs leaves it to the next claim to see whether there are more. */
const FULL = 100;

interface LookedAfter {
  readonly jobs: readonly StoredJob[];
  readonly seen: Seen | undefined;
  /** The row of {@link SEE_EARLIEST}; empty when nothing was looked for. */
  readonly row: readonly unknown[];
}

/** The jobs of what was claimed, and with `how` when the earliest run that was not is due. */
async function lookAfter(u: Unit, uids: readonly number[], how: How | undefined): Promise<LookedAfter> {
  const rows =
    how === undefined
      ? await u.q.objects(READ_JOBS, [uids])
      : await u.q.objects(SEE_EARLIEST_AND_JOBS, [how.versions, how.from, uids]);
  const row = how === undefined ? [] : Object.values(rows[0] as object);
  const jobs = uids.length === 0 ? [] : await u.shared.known.complete(u.q, rows);
  return { jobs, row, seen: how && seenIn(row) };
}

const READ_JOBS = `${SELECT_VARYING} WHERE uid = ANY($1::bigint[])`;
/**
 * The runs left to claim, of a SELECT from {@link FIRST_SUSPECT}: the columns of {@link seenIn}, then those
 * of {@link notePriorities}. Parameters: {@link versionsParam}, and where the look begins.
 */
export const SEE_LEFT = `${seeing(firstOf(`type_key = known.key AND ${FREE} AND available_at >= $2::bigint`))}, ${SEE_PRIORITIES}`;
const SEE_EARLIEST = `SELECT ${SEE_LEFT} FROM ${FIRST_SUSPECT}`;
/** In one, since both are asked for after nearly every claim. */
const SEE_EARLIEST_AND_JOBS = `SELECT looked.*, varying.* FROM (${SEE_EARLIEST}) AS looked
  LEFT JOIN (${SELECT_VARYING} WHERE uid = ANY($3::bigint[])) AS varying ON true`;
