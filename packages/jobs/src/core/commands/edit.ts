import {
  isFixedDelay,
  type Job,
  type JobDefinition,
  liveCount,
  nextSlotOf,
  withNextSlot,
} from '../model/job.ts';
import { without } from '../objects.ts';
import { baseOf, lastSlotOf, rebase } from '../pauses/resume.ts';
import { afterDelay, type Draft } from '../rules/decision.ts';
import { boundsOf, type Schedule } from '../schedule/schedule.ts';
import { nextSlot, untilEnd } from '../schedule/schedule-slots.ts';
import { sameBudget, WATCHING_FIELDS } from '../watching/watching.ts';

/** P16, edit: places the next run after a change of the schedule; while paused, its grid alone. */
export function reschedule(draft: Draft, now: number): void {
  rebase(draft, now);
  const { job } = draft;
  const { anchorAt, next } = place(job, {
    base: baseOf(job, { at: now, now }),
    live: liveCount(draft.live) > 0,
    now,
  });
  const isPlaced = next !== undefined && job.status !== 'paused';
  const placed: Job = { ...job, anchorAt, ...(isPlaced ? { status: 'active' } : {}) };
  draft.job = withNextSlot(placed, isPlaced ? next : undefined);
}

/**
 * P33, calendars and ends; P34, spread: another end or spread moves no slot. The next one is due at its new
 * time, or goes away. A finished job may be active again.
 */
export function keepSlots(draft: Draft, now: number): void {
  const { job } = draft;
  if (job.status === 'paused') return;
  const { schedule, anchorAt } = job;
  const base = baseOf(job, { at: now, now });
  const next = nextSlotOf(job) ?? (isFixedDelay(schedule) ? undefined : nextSlot(schedule, anchorAt, base));
  draft.job = withNextSlot({ ...job, status: 'active' }, untilEnd(schedule, next));
}

type Stale =
  | (typeof WATCHING_FIELDS)[number]
  | 'calendar'
  | 'windows'
  | 'expireAfterMs'
  | 'priority'
  | 'maxRunning'
  | 'onlyIf'
  | 'recentFailures'
  | 'lastSuccessEndAt'
  | 'lastTookMs'
  | 'runsMade';

/**
 * The job without the fields that an edit takes away by leaving them out, and without what was counted for
 * another budget, expectation or end (P23, failure budget; P25, expectations; P33, calendars and ends).
 */
export function withoutStale(job: Job, { pauseAfter, expect, schedule }: JobDefinition) {
  const stale: Stale[] = [
    ...WATCHING_FIELDS,
    'expireAfterMs',
    'priority',
    'maxRunning',
    'onlyIf',
    'calendar',
    'windows',
  ];
  if (!sameBudget(job.pauseAfter, pauseAfter)) stale.push('recentFailures');
  if (expect?.successWithinMs === undefined) stale.push('lastSuccessEndAt');
  if (expect?.durationMs === undefined) stale.push('lastTookMs');
  if (boundsOf(schedule).maxRuns === undefined) stale.push('runsMade');
  return without(job, ...stale);
}

interface Placed {
  readonly anchorAt: number;
  readonly next: number | undefined;
}

function place(
  job: Job,
  at: { readonly base: number; readonly live: boolean; readonly now: number },
): Placed {
  const { schedule } = job;
  switch (schedule.kind) {
    case 'on_demand':
    case 'after':
      return { anchorAt: job.anchorAt, next: undefined };
    case 'run_at':
      return { anchorAt: job.anchorAt, next: schedule.runAt };
    case 'cron':
    case 'rrule':
      return { anchorAt: job.anchorAt, next: nextSlot(schedule, job.anchorAt, at.base) };
    case 'interval':
      return placeInterval(job, schedule, at);
    default:
      return schedule satisfies never;
  }
}

function placeInterval(
  job: Job,
  schedule: Extract<Schedule, { kind: 'interval' }>,
  { base, live, now }: { readonly base: number; readonly live: boolean; readonly now: number },
): Placed {
  const { everyMs, startAt } = schedule;
  if (isFixedDelay(schedule)) {
    return { anchorAt: now, next: live ? undefined : afterDelay(job, schedule, { at: now, now }) };
  }
  if (startAt !== undefined) return { anchorAt: startAt, next: nextSlot(schedule, startAt, base) };
  const from = lastSlotOf(job, now) ?? Math.min(job.createdAt, now);
  const next = from + everyMs > now ? from + everyMs : now + everyMs;
  return { anchorAt: from + everyMs > now ? from : next, next: untilEnd(schedule, next) };
}
