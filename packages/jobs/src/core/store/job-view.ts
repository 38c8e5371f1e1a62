import { isFixedDelay, type Job, nextSlotOf, unlessFuture } from '../model/job.ts';
import { latestDueBy } from '../schedule/assigned-time.ts';
import { runsLeft } from '../schedule/schedule.ts';
import { slotsAfter } from '../schedule/schedule-slots.ts';
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
    readonly now: number;
  },
): JobView {
  const { count, firstStartedAt, lastStartedAt, zombieSince, waitingSince } = seen.runs;
  const handlerVersion = seen.handlers[job.type];
  const signs: HealthSigns = {
    ...(handlerVersion === undefined ? {} : { handlerVersion }),
    ...(firstStartedAt === null ? {} : { runningSince: firstStartedAt }),
    ...(zombieSince === null ? {} : { zombieSince }),
    ...(waitingSince === null ? {} : { waitingSince }),
    ...(seen.lateFrom === undefined ? {} : { lateFrom: seen.lateFrom }),
    ...(seen.missesUpstream ? { missesUpstream: true } : {}),
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

/** At most `n` next slots of a job; none while it is paused. */
export function upcomingSlots(job: Job, n: number, now: number): number[] {
  const most = Math.min(n, runsLeft(job.schedule, job.runsMade));
  if (job.status === 'paused' || job.nextRunAt === undefined || most <= 0) return [];
  const first = nextSlotOf(job) ?? job.nextRunAt;
  if (isFixedDelay(job.schedule)) return [first];
  const base = Math.max(first, latestDueBy(job, now));
  return [first, ...slotsAfter(job.schedule, job.anchorAt, base, most - 1)];
}
