import { type Draft, releaseWaiting, without } from './decision.ts';
import { isFixedDelay, type Job, liveCount } from './job.ts';
import { firstSlot, nextSlot } from './schedule.ts';

/** A last slot so far in the future means that the clock jumped back (P17). */
export const CLOCK_TOLERANCE_MS = 60_000;

export function clockJumpedBack(job: Job, now: number): boolean {
  return job.lastSlotAt !== undefined && job.lastSlotAt > now + CLOCK_TOLERANCE_MS;
}

/** The instant after which the next slot lies: now and the last slot, unless the clock jumped back behind that (P17). */
export function baseOf(job: Job, now: number): number {
  return job.lastSlotAt === undefined || clockJumpedBack(job, now) ? now : Math.max(now, job.lastSlotAt);
}

/**
 * Ends a pause as of `at` (its `until`, or now): goes to the next slot after that instant, and lets the held runs go as
 * far as there is room (P14). Slots between `at` and now are missed ones, which the planner then takes.
 */
export function resume(draft: Draft, { at, now }: { readonly at: number; readonly now: number }): void {
  const { job } = draft;
  const active: Job = { ...without(job, 'pause', 'nextRunAt'), status: 'active' };
  const next = nextAfterPause(active, at, draft);
  const rebased =
    clockJumpedBack(job, now) && job.schedule.kind !== 'run_at' ? without(active, 'lastSlotAt') : active;
  draft.job = next === undefined ? rebased : { ...rebased, nextRunAt: next };
  if (draft.live.paused > 0) {
    draft.moves.push({ from: ['pause'], to: 'overlap' });
    draft.live = { ...draft.live, waiting: draft.live.waiting + draft.live.paused, paused: 0 };
  }
  releaseWaiting(draft);
}

function nextAfterPause(job: Job, at: number, draft: Draft): number | undefined {
  const { schedule } = job;
  if (schedule.kind === 'run_at') {
    return job.lastSlotAt !== undefined && job.lastSlotAt >= schedule.runAt ? undefined : schedule.runAt;
  }
  if (isFixedDelay(schedule) && schedule.kind === 'interval') {
    if (liveCount(draft.live) > 0) return undefined;
    const next =
      job.lastEndAt === undefined ? firstSlot(schedule, job.createdAt) : job.lastEndAt + schedule.everyMs;
    return next !== undefined && next > at ? next : at + schedule.everyMs;
  }
  return nextSlot(schedule, job.anchorAt, baseOf(job, at));
}
