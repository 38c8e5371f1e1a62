import type { ChainOn } from './chain-ends.ts';
import { cronFields } from './cron/cron.ts';
import { sameRrule } from './rrule/rrule.ts';

/**
 * When a job runs (P2, schedule). Instants are ms since the epoch; `interval`, `cron` and `rrule` are as
 * written.
 */
export type Schedule =
  | (Bounds & {
      readonly kind: 'interval';
      readonly interval: string;
      readonly everyMs: number;
      readonly mode: 'fixed_rate' | 'fixed_delay';
    })
  | (Bounds & { readonly kind: 'cron'; readonly cron: string; readonly timezone: string })
  | (Bounds & { readonly kind: 'rrule'; readonly rrule: string; readonly timezone: string })
  | { readonly kind: 'run_at'; readonly runAt: number }
  | { readonly kind: 'on_demand' }
  /**
   * Each end of a run of the job `job` makes a run (P32, chains and gates). `finished`: succeeded or failed.
   */
  | (Pick<Bounds, 'endAt' | 'maxRuns'> & {
      readonly kind: 'after';
      readonly job: string;
      readonly on: ChainOn;
    });

/** What goes with slots that repeat. */
export interface Bounds {
  /** No slot is before `startAt` or after `endAt`, and at most `maxRuns` runs are made of them (P33). */
  readonly startAt?: number;
  readonly endAt?: number;
  readonly maxRuns?: number;
  /** Each slot is due by a fixed part of this time later; not for a fixed delay (P34, spread). */
  readonly spreadMs?: number;
}

export type CronSchedule = Extract<Schedule, { readonly kind: 'cron' }>;
export type RruleSchedule = Extract<Schedule, { readonly kind: 'rrule' }>;
/** Its slots are local times of a time zone. */
export type LocalSchedule = CronSchedule | RruleSchedule;
export type GridSchedule = LocalSchedule | Extract<Schedule, { readonly kind: 'interval' }>;

/** Whether its slots do not depend on its runs. */
export function hasGrid(schedule: Schedule): schedule is GridSchedule {
  return isLocal(schedule) || (schedule.kind === 'interval' && schedule.mode === 'fixed_rate');
}

export function isLocal(schedule: Schedule): schedule is LocalSchedule {
  return schedule.kind === 'cron' || schedule.kind === 'rrule';
}

/** The bounds of a schedule, if it has any. */
export function boundsOf(schedule: Schedule): Bounds {
  return schedule.kind === 'run_at' || schedule.kind === 'on_demand' ? NO_BOUNDS : schedule;
}

const NO_BOUNDS: Bounds = {};

/** How many runs a job may still make of its slots (P33, calendars and ends). */
export function runsLeft(schedule: Schedule, runsMade = 0): number {
  return Math.max((boundsOf(schedule).maxRuns ?? Number.POSITIVE_INFINITY) - runsMade, 0);
}

/** Whether a job with this schedule ends by itself once nothing of it is left. */
export function hasEnd(schedule: Schedule): boolean {
  const { endAt, maxRuns } = boundsOf(schedule);
  return schedule.kind === 'run_at' || endAt !== undefined || maxRuns !== undefined;
}

/** The schedule without its `endAt`. */
export function endlessOf(schedule: Schedule): Schedule {
  if (schedule.kind === 'run_at' || schedule.kind === 'on_demand') return schedule;
  const { endAt: _, ...endless } = schedule;
  return endless;
}

/** Whether two schedules are equal in value: `60m` is `1h`; `cron` ignores blanks and case (P16). */
export function sameSchedule(a: Schedule, b: Schedule): boolean {
  const [one, other] = [boundsOf(a), boundsOf(b)];
  const sameEnd = one.endAt === other.endAt && one.maxRuns === other.maxRuns;
  return sameSlots(a, b) && sameEnd && one.spreadMs === other.spreadMs;
}

/** Whether two schedules have the same slots up to where one of them ends, whenever they are due. */
export function sameSlots(a: Schedule, b: Schedule): boolean {
  switch (a.kind) {
    case 'interval':
      return b.kind === 'interval' && a.everyMs === b.everyMs && a.mode === b.mode && a.startAt === b.startAt;
    case 'cron':
      return (
        b.kind === 'cron' && cronFields(a.cron).join(' ') === cronFields(b.cron).join(' ') && sameStart(a, b)
      );
    case 'rrule':
      return b.kind === 'rrule' && sameRrule(a.rrule, b.rrule) && sameStart(a, b);
    case 'run_at':
      return b.kind === 'run_at' && a.runAt === b.runAt;
    case 'on_demand':
      return b.kind === 'on_demand';
    case 'after':
      return b.kind === 'after' && a.job === b.job && a.on === b.on;
    default:
      return a satisfies never;
  }
}

function sameStart(a: LocalSchedule, b: LocalSchedule): boolean {
  return a.timezone.toLowerCase() === b.timezone.toLowerCase() && a.startAt === b.startAt;
}
