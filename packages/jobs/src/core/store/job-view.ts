import { isFixedDelay, type Job, nextSlotOf, unlessFuture } from '../model/job.ts';
import { LEVEL_KEY } from '../nodes/membership.ts';
import { LEVEL } from '../rules/option-levels.ts';
import { assignedTime, latestDueBy } from '../schedule/assigned-time.ts';
import { lastDueBy, type Slots, slotThatRuns } from '../schedule/blackout.ts';
import { hasGrid, runsLeft } from '../schedule/schedule.ts';
import { nextSlot, slotsAfter } from '../schedule/schedule-slots.ts';
import { type HealthSigns, healthOf } from '../watching/health.ts';
import type { HealthContext, JobView } from './store-views.ts';

/** A summary of the live runs of a job; null where there is none. */
export interface SeenRuns {
  readonly count: number;
  readonly firstStartedAt: number | null;
  readonly lastStartedAt: number | null;
  readonly zombieSince: number | null;
  /** When the earliest unclaimed one was due. */
  readonly waitingSince: number | null;
}

/** A job as people see it, with what live nodes can run and what runs of it now. */
export function jobViewOf(
  job: Job,
  seen: HealthContext & {
    readonly runs: SeenRuns;
    readonly missesUpstream: boolean;
    readonly wasReplaced: boolean;
    readonly now: number;
  },
): JobView {
  const { count, firstStartedAt, lastStartedAt, zombieSince, waitingSince } = seen.runs;
  const handlerVersion = seen.handlers[job.type];
  const liveLevel = seen.handlers[LEVEL_KEY];
  const signs: HealthSigns = {
    ...(liveLevel === undefined ? {} : { liveLevel: Math.max(liveLevel, LEVEL) }),
    ...(handlerVersion === undefined ? {} : { handlerVersion }),
    ...(firstStartedAt === null ? {} : { runningSince: firstStartedAt }),
    ...(zombieSince === null ? {} : { zombieSince }),
    ...(waitingSince === null ? {} : { waitingSince }),
    ...(seen.lateFrom === undefined ? {} : { lateFrom: seen.lateFrom }),
    ...(seen.missesUpstream ? { missesUpstream: true } : {}),
    ...(seen.wasReplaced ? { wasReplaced: true } : {}),
  };
  const view = { job, health: healthOf(job, signs, seen.now), isRunning: count > 0 };
  if (lastStartedAt !== null && lastStartedAt >= (unlessFuture(job.lastRunAt, seen.now) ?? 0)) {
    return { ...view, lastRunAt: lastStartedAt, lastStatus: 'running' };
  }
  return {
    ...view,
    ...(job.lastRunAt === undefined ? {} : { lastRunAt: job.lastRunAt }),
    ...(job.lastStatus === undefined ? {} : { lastStatus: job.lastStatus }),
  };
}

/** The slots of the next runs of a job, if nobody changes it. None while it is paused. */
export function upcomingSlots(job: Job, n: number, now: number): number[] {
  const most = Math.min(n, runsLeft(job.schedule, job.runsMade));
  const next = nextSlotOf(job);
  if (job.status === 'paused' || next === undefined || most <= 0) return [];
  if (isFixedDelay(job.schedule)) return [next];
  if (job.calendar !== undefined) return slotsOfRuns(job, lastDueBy(job, next, now), most);
  const base = Math.max(next, latestDueBy(job, now));
  return [next, ...slotsAfter(job.schedule, job.anchorAt, base, most - 1)];
}

/**
 * The slots of up to `n` runs from `first` on. A calendar leaves out slots that it skips. Those that it moves
 * to one instant have one run, unless `catchUp` is `all`.
 */
export function slotsOfRuns(job: Slots & Pick<Job, 'catchUp'>, first: number, n: number): number[] {
  const { schedule, anchorAt, catchUp } = job;
  const slots: number[] = [];
  let next: number | undefined = first;
  while (next !== undefined && slots.length < n) {
    const slot = slotThatRuns(job, next);
    if (slot === undefined) break;
    const last = catchUp === 'all' ? slot : lastDueBy(job, slot, assignedTime(job, slot));
    slots.push(last);
    next = hasGrid(schedule) ? nextSlot(schedule, anchorAt, last) : undefined;
  }
  return slots;
}
