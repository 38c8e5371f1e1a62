import { cronFields } from './cron/cron.ts';

/** When a job runs (P2, schedule). Instants are ms since the epoch; `interval` and `cron` are as written. */
export type Schedule =
  | {
      readonly kind: 'interval';
      readonly interval: string;
      readonly everyMs: number;
      readonly mode: 'fixed_rate' | 'fixed_delay';
      readonly startAt?: number;
    }
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string; readonly startAt?: number }
  | { readonly kind: 'run_at'; readonly runAt: number }
  | { readonly kind: 'on_demand' };

export type CronSchedule = Extract<Schedule, { readonly kind: 'cron' }>;
export type GridSchedule = CronSchedule | Extract<Schedule, { readonly kind: 'interval' }>;

/** Whether its slots do not depend on its runs. */
export function hasGrid(schedule: Schedule): schedule is GridSchedule {
  return schedule.kind === 'cron' || (schedule.kind === 'interval' && schedule.mode === 'fixed_rate');
}

/** Whether two schedules are equal in value: `60m` is `1h`; `cron` ignores blanks and case (P16, edit). */
export function sameSchedule(a: Schedule, b: Schedule): boolean {
  switch (a.kind) {
    case 'interval':
      return b.kind === 'interval' && a.everyMs === b.everyMs && a.mode === b.mode && a.startAt === b.startAt;
    case 'cron':
      return (
        b.kind === 'cron' &&
        cronFields(a.cron).join(' ') === cronFields(b.cron).join(' ') &&
        a.timezone.toLowerCase() === b.timezone.toLowerCase() &&
        a.startAt === b.startAt
      );
    case 'run_at':
      return b.kind === 'run_at' && a.runAt === b.runAt;
    case 'on_demand':
      return b.kind === 'on_demand';
    default:
      return a satisfies never;
  }
}
