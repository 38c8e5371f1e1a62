import { type Job, nextSlotOf, withNextSlot } from '../model/job.ts';
import { isTakenAgain } from '../pauses/resume.ts';
import { assignedTime } from '../schedule/assigned-time.ts';
import { blackoutEnd, lastDueBy, lastInBlackout } from '../schedule/blackout.ts';
import { nextSlot, passedSlots } from '../schedule/schedule-slots.ts';
import type { Draft } from './decision.ts';

/**
 * Skips the next slots if windows skip them: one row covers them up to the next slot that runs, as far as the
 * windows' last slots are due. `begun`: also the slots that are due of a window whose last slot is to come.
 */
export function takeBlackout(draft: Draft, now: number, begun: 'begun' | 'whole' = 'whole'): void {
  const { job } = draft;
  const first = nextSlotOf(job);
  if (first === undefined || job.calendar?.mode !== 'skip') return;
  const last = lastSkipped(job, { first, now, begun });
  if (last === undefined) return;
  const { count } = passedSlots(job.schedule, job.anchorAt, first, last);
  advance(draft, last, nextSlot(job.schedule, job.anchorAt, last));
  if (isTakenAgain(job, last)) return;
  const covered = count > 1 ? { missed: count, missedFrom: first } : { missed: 0 };
  draft.skip.push({ scheduledFor: last, reason: 'blackout', catchUp: false, ...covered });
}

function lastSkipped(
  job: Job,
  { first, now, begun }: { readonly first: number; readonly now: number; readonly begun: 'begun' | 'whole' },
): number | undefined {
  let last: number | undefined;
  let slot: number | undefined = first;
  while (slot !== undefined) {
    const end = blackoutEnd(job, slot);
    if (end === undefined) return last;
    const ofWindow = lastInBlackout(job, slot, end);
    if (assignedTime(job, ofWindow) > now)
      return begun === 'begun' && assignedTime(job, slot) <= now ? lastDueBy(job, slot, now) : last;
    last = ofWindow;
    slot = nextSlot(job.schedule, job.anchorAt, ofWindow);
  }
  return last;
}

/** Notes that slots up to `taken` were taken. */
export function advance(draft: Draft, taken: number, next: number | undefined): void {
  const { job } = draft;
  const lastSlotAt = Math.max(taken, job.lastSlotAt ?? taken);
  draft.job = withNextSlot({ ...job, lastSlotAt }, next);
}

/** Places the next slot again if its calendar has changed since it was placed (P33, calendars and ends). */
export function followCalendar(draft: Draft): void {
  const { job } = draft;
  const slot = nextSlotOf(job);
  if (job.calendar === undefined || slot === undefined || job.status !== 'active') return;
  const placed = withNextSlot(job, slot);
  if (placed.nextRunAt !== job.nextRunAt || placed.nextSlotAt !== job.nextSlotAt) draft.job = placed;
}
