import { type LiveRun, usualTrigger } from '../model/run.ts';
import { slotsHavePriority } from '../nodes/share-out.ts';
import type { Mutable } from '../objects.ts';
import { nextSuspectAt, prefetchBeside } from '../rules/suspects.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../store/store-passes.ts';
import { claimLimited, turnOfGroups } from './limits/claim-limited.ts';
import { ask, type Script } from './script.ts';
import type { ClaimRoom, JobIndexes, SeenWaiting } from './tables/tables.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/**
 * Claims a suspect, then priority slots, then runs that are due (earliest first), then runs that become due
 * within moments (P9, lost nodes; P10, fence).
 */
export function* claim(unit: UnitOfWork, input: ClaimInput): Script<ClaimResult> {
  const { now } = unit;
  const before = yield* ask('openClaim', input);
  const isSuspectDue = isSuspectDueBy(before, now);
  const room = { places: input.places, prefetch: prefetchBeside(isSuspectDue, input) };
  const jobIndexes: JobIndexes = new Map();
  const runs: ClaimedRun[] = [];
  const add = (taken: readonly ClaimedRun[]) => {
    for (const run of taken) room[run.started ? 'places' : 'prefetch'] -= 1;
    runs.push(...taken);
  };
  const take = function* (which: ClaimRoom['which'], some: Omit<ClaimRoom, 'which'>): Script<void> {
    add(yield* ask('takeRuns', input, { which, ...some }, jobIndexes));
  };
  const takeOfGroups = function* (): Script<() => number | undefined> {
    const taken = yield* claimLimited(unit, input, { ...room, jobs: jobIndexes });
    add(taken.runs);
    return taken.nextAt;
  };
  if (isSuspectDue && room.places > 0) yield* take('suspect', { places: 1, prefetch: 0 });
  const slots = Math.min(input.prioritySlots ?? 0, room.places + room.prefetch);
  if (slots > 0 && slotsHavePriority(before, before.at)) {
    const places = Math.min(slots, room.places);
    yield* take('slots', { places, prefetch: slots - places });
  }
  const { turn, groupAt } = yield* turnOfGroups(unit, input, before.runAt);
  let nextGroupAt = () => groupAt;
  if (turn === 'first') nextGroupAt = yield* takeOfGroups();
  const { ahead = { ms: 0, runs: 0 } } = input;
  if (room.places + room.prefetch + ahead.runs > 0) yield* take('due', { ...room, ahead });
  if (turn === 'last') nextGroupAt = yield* takeOfGroups();
  const { jobs, seen } = yield* ask('endClaim', input, [...jobIndexes.keys()]);
  const nextDueAt = nextDueOf({ ...seen, groupAt: nextGroupAt() });
  return { now, jobs, runs, ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}

/** The index of a job in a claim. A new job gets the next index. */
export function indexOfJob(indexes: JobIndexes, uid: number): number {
  let index = indexes.get(uid);
  if (index === undefined) {
    index = indexes.size;
    indexes.set(uid, index);
  }
  return index;
}

/** Whether a claim with a free place must try to claim a suspect. */
export function isSuspectDueBy({ suspects, at }: SeenWaiting, now: number): boolean {
  return (nextSuspectAt(suspects, at) ?? Number.POSITIVE_INFINITY) <= now;
}

/** When the next claim must look for waiting runs. */
export function nextDueOf({
  runAt,
  againAt = runAt,
  suspects,
  groupAt,
  at,
}: SeenWaiting): number | undefined {
  const instants = [againAt, nextSuspectAt(suspects, at), groupAt].filter((each) => each !== undefined);
  return instants.length === 0 ? undefined : Math.min(...instants);
}

/**
 * Chooses the runs that a claim takes from the `due` and the `coming` ones. The first runs start at once, the
 * others are prefetched. A recovered run is never prefetched (P9, lost nodes).
 */
export function takeOf<Row extends { readonly run: LiveRun }>(
  { due, coming }: { readonly due: readonly Row[]; readonly coming: readonly Row[] },
  places: number,
): readonly { readonly row: Row; readonly started: boolean }[] {
  return [...due, ...coming].flatMap((row, n) => {
    const started = n < Math.min(places, due.length);
    return started || row.run.recoveries === 0 ? [{ row, started }] : [];
  });
}

/** A claimed run in the form that its node needs. `job` is the index of its job in the claim. */
export function claimedRunOf(
  run: LiveRun,
  {
    job,
    fence,
    started,
    hasPriority = false,
  }: Pick<ClaimedRun, 'job' | 'fence' | 'started'> & { readonly hasPriority?: boolean },
): ClaimedRun {
  const { id, failures, availableAt, catchUp, missed } = run;
  const claimed: Mutable<ClaimedRun> = {
    id,
    job,
    fence,
    attempt: failures + 1,
    availableAt,
    started,
    catchUp,
    missed,
  };
  if (run.scheduledFor !== undefined) claimed.scheduledFor = run.scheduledFor;
  if (run.payload !== undefined) claimed.payload = run.payload;
  if (run.trace !== undefined) claimed.trace = run.trace;
  if (run.expiresAt !== undefined) claimed.expiresAt = run.expiresAt;
  if (hasPriority) claimed.hasPriority = true;
  if (run.trigger !== usualTrigger(run)) claimed.trigger = run.trigger;
  return claimed;
}
