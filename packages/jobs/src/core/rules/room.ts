import { activeRoomOf, type Job, type LiveRuns, liveCount } from '../model/job.ts';
import type { Held } from '../model/run.ts';
import type { Draft, NewRun } from './decision.ts';

/** How a new run waits that nothing but room holds (P7, overlap; P29, limits and priority). */
export function heldForRoom({ job, live }: Draft, availableAt: number, now: number): 'no' | 'overlap' {
  if (job.overlap !== 'allow') return liveCount(live) > 0 ? 'overlap' : 'no';
  if (job.maxRunning === undefined) return 'no';
  return live.active >= job.maxRunning || availableAt > now ? 'overlap' : 'no';
}

/**
 * Releases one waiting run when no run of the job is active; all where runs may overlap (P7, overlap), or as
 * many due ones as there is room for (P29, limits and priority).
 */
export function releaseWaiting(draft: Draft, now: number): void {
  const { live, job } = draft;
  if (live.waiting === 0) return;
  if (job.overlap === 'allow' && job.maxRunning !== undefined) releaseSome(draft, job.maxRunning, now);
  else if (job.overlap === 'allow') {
    moveAll(draft, ['overlap'], 'no');
    draft.live = { ...live, active: live.active + live.waiting, waiting: 0 };
  } else if (live.active === 0) {
    releaseOne(draft);
    draft.live = { ...live, active: 1, waiting: live.waiting - 1 };
  }
}

/** More than one is active where one may be: an edit took the room while they were claimed (P7, overlap). */
export function isOverRoom(job: Job, live: LiveRuns): boolean {
  return live.active > activeRoomOf(job);
}

/** Holds all unclaimed runs, and releases the first when nothing is claimed. Needs `live.claimed`. */
export function shrinkRoom(draft: Draft, now: number): void {
  moveAll(draft, ['no'], 'overlap');
  const { active, claimed, waiting } = draft.live;
  const held = Math.max(active - claimed, 0);
  const dueWaiting = (draft.live.dueWaiting ?? 0) + held;
  draft.live = { ...draft.live, active: claimed, waiting: waiting + held, dueWaiting };
  // Some of those held may wait for their retry.
  if (held > 0) draft.mustCount = true;
  releaseWaiting(draft, now);
}

/**
 * Releases due runs up to a number of active ones: stored ones first, the longest due ones. If more may be
 * due than are counted, they take all the room, and the planner counts again.
 */
function releaseSome(draft: Draft, most: number, now: number): void {
  const { live, moves, queue } = draft;
  const { dueWaiting = 0, nextWaitingAt } = live;
  const isCounted = draft.mustCount !== true && draft.dueIfAfter === undefined;
  if (!isCounted) draft.mustCount = true;
  const room = Math.max(most - live.active, 0);
  const stored = isCounted ? Math.min(room, dueWaiting) : room;
  if (stored > 0) moves.push({ from: ['overlap'], to: 'no', limit: room, dueBy: now });
  let released = stored;
  for (const [index, run] of queue.entries()) {
    if (released === room || run.held !== 'overlap' || run.availableAt > now) continue;
    queue[index] = { ...run, held: 'no' };
    released += 1;
  }
  // `waiting` is exact up to 2 only: some may be left.
  const left = isCounted ? dueWaiting - stored + (nextWaitingAt === undefined ? 0 : 1) : 1;
  const waiting = Math.max(live.waiting - released, left);
  draft.live = { ...live, active: live.active + released, waiting, dueWaiting: dueWaiting - stored };
}

/** Releases the run that has waited longest, or else the first held run of this draft. */
function releaseOne({ live, moves, queue }: Draft): void {
  const isHeld = ({ held }: NewRun) => held === 'overlap';
  if (live.waiting > queue.filter(isHeld).length) {
    moves.push({ from: ['overlap'], to: 'no', limit: 1 });
    return;
  }
  const index = queue.findIndex(isHeld);
  const run = queue[index];
  if (run !== undefined) queue[index] = { ...run, held: 'no' };
}

/** Moves all waiting runs, also those of this draft: a store applies moves before it makes new runs. */
export function moveAll({ moves, queue }: Draft, from: readonly Held[], to: Held): void {
  moves.push({ from, to });
  for (const [index, run] of queue.entries())
    if (from.includes(run.held)) queue[index] = { ...run, held: to };
}
