import type { Job } from '../../../core/model/job.ts';
import { slotsHavePriority } from '../../../core/nodes/share-out.ts';
import { nextSuspectAt, prefetchBeside } from '../../../core/rules/suspects.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../../../core/store/store-passes.ts';
import { claimedRunOf } from '../../../core/transactions/claim-planned.ts';
import type { WaitingRuns } from '../../../core/transactions/tables.ts';
import { FREE_COLUMNS } from '../../rows/run-row.ts';
import { STATUS } from '../rows/codes.ts';
import { freeRunOf, type KeyedRun, keyed } from '../rows/run-rows.ts';
import type { Writer } from '../writer/writer.ts';
import { type Due, FREE, firstSuspect, seePriorities, unclaimedSlots } from './priority-claims.ts';
import { earliestOf, merged } from './runs-by-type.ts';

/** More claimed runs than a node holds. */
const MAX_KEPT = 20_000;

/**
 * Claims runs of the types, in due order: first those that start at once, then those to be held (P9, lost
 * nodes; P10, fence).
 */
export function claim(w: Writer, input: ClaimInput, now: number): ClaimResult {
  const keys = w.types.knownTo(input.types);
  const runs: ClaimedRun[] = [];
  const jobs: Job[] = [];
  if (keys.length > 0) claimSome(w, { ...input, keys, now, runs, jobs });
  const nextDueAt = earliestDue(w, keys, now);
  return { now, jobs, runs, ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}

/** Most claimed runs are settled as they are. */
export function keepClaimed(w: Writer, claimed: KeyedRun): void {
  if (w.claimed.size > MAX_KEPT) w.claimed.clear();
  w.claimed.set(claimed.id, claimed);
}

/** What waits for a claim of these types before a plan is written. */
export function waitingRuns(w: Writer, { types, ahead }: ClaimInput, now: number): WaitingRuns {
  const nextDueAt = earliestDue(w, w.types.knownTo(types), now);
  if (nextDueAt === undefined) return { canClaimPlanned: true };
  return { canClaimPlanned: nextDueAt > now + (ahead?.ms ?? 0), nextDueAt };
}

/** When the first unclaimed run of these types comes due, or a suspect must be looked at. */
function earliestDue(w: Writer, keys: readonly number[], now: number): number | undefined {
  const earliest = firstDue(w, keys);
  const suspectAt = nextSuspectAt(seePriorities(w, keys).suspects, now);
  if (earliest === undefined || suspectAt === undefined) return earliest ?? suspectAt;
  return Math.min(earliest, suspectAt);
}

/** When the first run comes due, suspects aside. */
function firstDue(w: Writer, keys: readonly number[]): number | undefined {
  return earliestOf(w, EARLIEST_DUE, keys);
}

interface Claiming extends ClaimInput {
  readonly keys: readonly number[];
  readonly now: number;
  readonly runs: ClaimedRun[];
  readonly jobs: Job[];
}

function claimSome(w: Writer, claiming: Claiming): void {
  const { node, places, ahead, now, runs, jobs } = claiming;
  const nodeKey = w.nodes.keyOf(node, now);
  const jobIndexes = new Map<number, number>();
  const claimOne = (due: Due, how: Pick<ClaimedRun, 'started' | 'hasPriority'>) => {
    const { id, jobUid, run } = due;
    const { started } = how;
    const fence = w.ids.next(now);
    w.db.write(CLAIM, nodeKey, fence, started ? STATUS.running : STATUS.queued, started ? now : null, id);
    let job = jobIndexes.get(jobUid);
    if (job === undefined) {
      job = jobs.push(w.jobs.require(jobUid).job) - 1;
      jobIndexes.set(jobUid, job);
    }
    runs.push(claimedRunOf(run, { job, fence, ...how }));
    run.claim = { node, fence };
    if (started) {
      run.status = 'running';
      run.startedAt = now;
    }
    keepClaimed(w, due);
  };
  const priorities = seePriorities(w, claiming.keys);
  const isSuspectDue = (nextSuspectAt(priorities.suspects, now) ?? Number.POSITIVE_INFINITY) <= now;
  const prefetch = prefetchBeside(isSuspectDue, claiming);
  if (places > 0 && isSuspectDue)
    for (const due of firstSuspect(w, claiming)) claimOne(due, { started: true });
  const slotLimit = Math.min(claiming.prioritySlots ?? 0, places + prefetch - runs.length);
  const { slotAt } = priorities;
  if (
    slotLimit > 0 &&
    slotAt !== undefined &&
    slotsHavePriority({ runAt: firstDue(w, claiming.keys), slotAt }, now)
  ) {
    for (const due of unclaimedSlots(w, { ...claiming, limit: slotLimit })) {
      const started = runs.length < places;
      if (started || due.run.recoveries === 0) claimOne(due, { started, hasPriority: true });
    }
  }
  const limit = places + prefetch - runs.length;
  for (const due of freeRuns(w, claiming, { after: BEFORE_ALL, by: now, limit })) {
    const started = runs.length < places;
    if (started || due.run.recoveries === 0) claimOne(due, { started });
  }
  if (ahead === undefined) return;
  const coming = { after: now, by: now + ahead.ms, limit: ahead.runs };
  for (const due of freeRuns(w, claiming, coming))
    if (due.run.recoveries === 0) claimOne(due, { started: false });
}

/** What nobody has claimed and comes due after an instant and by another one, in that order. */
function freeRuns(
  w: Writer,
  { keys }: Claiming,
  { after, by, limit }: { readonly after: number; readonly by: number; readonly limit: number },
): Due[] {
  if (limit === 0) return [];
  const params = keys.flatMap((key) => [key, after, by]);
  const rows = w.db.arrays(merged(FREE_RUNS, keys.length, 'available_at, id')).all(...params, limit);
  return rows.map((row) => keyed(row, freeRunOf(row)));
}

const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

const FREE_RUNS = `SELECT ${FREE_COLUMNS} FROM live_runs
  WHERE ${FREE} AND type_key = ? AND available_at > ? AND available_at <= ?`;
const EARLIEST_DUE = `SELECT available_at FROM live_runs
  WHERE ${FREE} AND type_key = ? ORDER BY available_at LIMIT 1`;
const CLAIM = 'UPDATE live_runs SET node = ?, fence = ?, status = ?, started_at = ? WHERE id = ?';
