import { isFixedDelay, type Job, liveCount, nextSlotOf, withNextSlot } from '../model/job.ts';
import { without } from '../objects.ts';
import { afterDelay, type Draft } from '../rules/decision.ts';
import { releaseWaiting } from '../rules/room.ts';
import { latestDueBy } from '../schedule/assigned-time.ts';
import { hasGrid } from '../schedule/schedule.ts';
import { nextSlot } from '../schedule/schedule-slots.ts';

/** A last slot this far in the future means that the clock jumped back (P17, clock). */
export const CLOCK_TOLERANCE_MS = 60_000;

/** Whether the job waits for a clock that jumped back behind its last slot. A {@link rebased} job doesn't. */
export function clockJumpedBack(job: Job, now: number): boolean {
  const { lastSlotAt } = job;
  if (lastSlotAt === undefined || lastSlotAt <= now + CLOCK_TOLERANCE_MS) return false;
  const next = nextSlotOf(job);
  return next === undefined || next > lastSlotAt;
}

/**
 * P17, clock: after the clock jumped back behind the job's last slot or creation, the grid begins now at the
 * latest. The last slot stays known: slots up to it have rows, and no catch-up covers them again ({@link
 * isTakenAgain}).
 */
export function rebased(job: Job, now: number): Job {
  if (!isInFuture(job, now)) return job;
  const based = { ...job, anchorAt: Math.min(job.anchorAt, now) };
  return hasGrid(job.schedule) ? based : without(based, 'lastSlotAt');
}

/**
 * P6, catch-up; P17, clock: a {@link rebased} job reaches slots that have rows. Each runs once more, in a row
 * that covers only itself. Once the clock passes the last of them, the slot after it is next.
 */
export function isTakenAgain({ lastSlotAt }: Job, slot: number): boolean {
  return lastSlotAt !== undefined && slot <= lastSlotAt;
}

/** The last slot, unless the clock came back from it (P17, clock). */
export function lastSlotOf(job: Job, now: number): number | undefined {
  return isInFuture(job, now) ? undefined : job.lastSlotAt;
}

function isInFuture({ lastSlotAt, createdAt }: Job, now: number): boolean {
  return (lastSlotAt ?? createdAt) > now + CLOCK_TOLERANCE_MS;
}

/** {@link rebased}; runs that wait for a time that the clock came back from become due. */
export function rebase(draft: Draft, now: number): void {
  const { job } = draft;
  draft.job = rebased(job, now);
  if (draft.job !== job) draft.dueIfAfter = now + CLOCK_TOLERANCE_MS;
}

/**
 * The next slot is due after `at`, and after the last slot, unless the clock came back from that one (P5).
 */
export function baseOf(job: Job, { at, now }: { readonly at: number; readonly now: number }): number {
  const due = latestDueBy(job, at);
  return Math.max(due, lastSlotOf(job, now) ?? due);
}

/**
 * Ends a pause as of `at` (its `until`, or now): sets the next slot after that, and releases held runs as far
 * as there is room (P14, pause). The failure budget is unused again (P23, failure budget). The planner then
 * takes the slots between `at` and now as missed ones.
 */
export function resume(draft: Draft, { at, now }: { readonly at: number; readonly now: number }): void {
  const { job } = draft;
  const active = { ...without(job, 'pause', 'recentFailures'), status: 'active', resumedAt: at } as const;
  draft.job = withNextSlot(active, undefined);
  // A `run_at` is taken once, whatever the clock says.
  if (job.schedule.kind !== 'run_at') rebase(draft, now);
  else if (isInFuture(job, now)) draft.dueIfAfter = now + CLOCK_TOLERANCE_MS;
  draft.job = withNextSlot(draft.job, nextAfterPause(draft, { at, now }));
  if (draft.live.paused > 0) {
    draft.moves.push({ from: ['pause'], to: 'overlap', dueFrom: at });
    const { waiting, dueWaiting = 0, paused } = draft.live;
    draft.live = { ...draft.live, waiting: waiting + paused, dueWaiting: dueWaiting + paused, paused: 0 };
    // Some of them may wait for their retry.
    draft.mustCount = true;
  }
  releaseWaiting(draft, now);
}

function nextAfterPause(
  { job, live }: Draft,
  when: { readonly at: number; readonly now: number },
): number | undefined {
  const { schedule } = job;
  if (schedule.kind === 'run_at') {
    return job.lastSlotAt !== undefined && job.lastSlotAt >= schedule.runAt ? undefined : schedule.runAt;
  }
  if (isFixedDelay(schedule)) {
    return liveCount(live) > 0 ? undefined : afterDelay(job, schedule, when);
  }
  return nextSlot(schedule, job.anchorAt, baseOf(job, when));
}
