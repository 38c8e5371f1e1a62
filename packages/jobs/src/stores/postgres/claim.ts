import type { ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import { SUSPECT_FROM } from '../../core/suspects.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { HELD_AGAIN_MS } from './jobs.ts';
import { SELECT_VARYING } from './known-jobs.ts';
import { earlierOf, type Seen, seeing, seenIn } from './low-water.ts';
import { isSuspectDue, noteSuspects, SEE_SUSPECTS } from './suspects.ts';
import { claimsOf, type How, NOTHING, takeDue, takeSuspect } from './take.ts';
import { KEYS_KNOWN, versionsParam } from './type-keys.ts';
import type { Unit } from './unit.ts';

/**
 * Claims runs of the types, in due order: first those that start at once, then those to be held (P9, P10). A node that has
 * joined takes nothing while it has no row, or its lease is over: it is dead to the others, who take back what it claims.
 */
export async function claim(u: Unit, input: ClaimInput, hasJoined: boolean): Promise<ClaimResult> {
  const versions = versionsParam(input.types);
  const look = await u.shared.due.runs.look(u.now, async (from) =>
    seenIn((await u.q.arrays(SEE_EARLIEST, [versions, from]))[0]),
  );
  const how = { versions, hasJoined, from: look.from };
  const triesSuspect = input.places > 0 && isSuspectDue(u);
  const suspect = triesSuspect ? await takeSuspect(u, input, how) : NOTHING;
  const others = { ...input, places: input.places - suspect.started };
  const asked = others.places + others.prefetch;
  const taken = asked + (others.ahead?.runs ?? 0) > 0 ? await takeDue(u, others, how) : NOTHING;
  const { found } = taken;
  const due = taken.availableAts.filter((availableAt) => availableAt <= u.now);
  const isFull = found >= FULL && found === asked && due.length === found;
  const uids = [...new Set([...suspect.jobUids, ...taken.jobUids])];
  const mustSee = !isFull || look.mustSee || triesSuspect;
  const { jobs, seen, row } = await lookAfter(u, uids, mustSee ? how : undefined);
  if (row !== undefined) noteSuspects(u, row.slice(2), triesSuspect && suspect.started === 0);
  // They come in due order.
  const reached = found < asked ? u.now : due.at(-1);
  u.onceWritten.push(() => look.done(reached, seen));
  const earliest = seen?.earliest;
  const indexes = new Map(jobs.map(({ uid }, index) => [uid, index]));
  // All that is still due is held by others, such as a node that was frozen while it claimed, or is not for a dead one.
  const isHeld = asked > 0 && found === 0 && earliest !== undefined && earliest <= u.now;
  const dueAt = isFull ? u.now : earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
  const nextDueAt = earlierOf(dueAt, u.shared.suspects.nextAt);
  return {
    now: u.now,
    jobs: jobs.map(({ job }) => job),
    runs: [...claimsOf(suspect, indexes), ...claimsOf(taken, indexes)],
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
  };
}

/** From so many on, a claim that gets all it asked for leaves it to the next one to see whether there are more. */
const FULL = 100;

interface LookedAfter {
  readonly jobs: readonly StoredJob[];
  readonly seen: Seen | undefined;
  /** Of {@link SEE_EARLIEST}. */
  readonly row: readonly unknown[] | undefined;
}

/** The jobs of what was claimed, and with `how` when the earliest run that was not is due. */
async function lookAfter(u: Unit, uids: readonly number[], how: How | undefined): Promise<LookedAfter> {
  const rows =
    how === undefined
      ? await u.q.objects(READ_JOBS, [uids])
      : await u.q.objects(SEE_EARLIEST_AND_JOBS, [how.versions, how.from, uids]);
  const row = how === undefined ? undefined : Object.values(rows[0] as object);
  const jobs = uids.length === 0 ? [] : await u.shared.known.complete(u.q, rows);
  return { jobs, row, seen: row && seenIn(row) };
}

const READ_JOBS = `${SELECT_VARYING} WHERE uid = ANY($1::bigint[])`;
/** The earliest run that nobody has claimed, suspects aside; parameters: what {@link versionsParam} gives, and where the look begins. */
const EARLIEST = `SELECT min(next.available_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT available_at FROM greenvue_jobs.live_runs
  WHERE type_key = known.key AND held = 'no' AND node IS NULL AND recoveries < ${SUSPECT_FROM}
    AND available_at >= $2::bigint
  ORDER BY available_at LIMIT 1) AS next`;
/** What is left to claim: what {@link seenIn} reads, and after that what {@link noteSuspects} does. */
export const SEE_LEFT = `${seeing(EARLIEST)}, ${SEE_SUSPECTS}`;
const SEE_EARLIEST = `SELECT ${SEE_LEFT}`;
/** In one, since both are asked for after nearly every claim. */
const SEE_EARLIEST_AND_JOBS = `SELECT looked.*, varying.* FROM (${SEE_EARLIEST}) AS looked
  LEFT JOIN (${SELECT_VARYING} WHERE uid = ANY($3::bigint[])) AS varying ON true`;
