import type { JobCalendar } from '../../../core/calendars/job-calendar.ts';
import type { ChainOn } from '../../../core/schedule/chain-ends.ts';
import type { Schedule } from '../../../core/schedule/schedule.ts';

/** A row of jobs, by column. */
export type Row = Readonly<Record<string, string | number | null>>;

/** The schedule in the columns of a job. */
export function scheduleOf(row: Row): Schedule {
  const bounds = {
    ...(row.start_at === null ? {} : { startAt: row.start_at as number }),
    ...(row.end_at === null ? {} : { endAt: row.end_at as number }),
    ...(row.max_runs === null ? {} : { maxRuns: row.max_runs as number }),
    ...(row.spread_ms === null ? {} : { spreadMs: row.spread_ms as number }),
  };
  switch (row.kind) {
    case 'interval':
      return {
        kind: 'interval',
        interval: row.interval as string,
        everyMs: row.every_ms as number,
        mode: row.mode as 'fixed_rate' | 'fixed_delay',
        ...bounds,
      };
    case 'cron':
      return { kind: 'cron', cron: row.cron as string, timezone: row.timezone as string, ...bounds };
    case 'rrule':
      return { kind: 'rrule', rrule: row.rrule as string, timezone: row.timezone as string, ...bounds };
    case 'run_at':
      return { kind: 'run_at', runAt: row.run_at as number };
    case 'on_demand':
      return { kind: 'on_demand' };
    case 'after': {
      const { startAt: _start, spreadMs: _spread, ...ends } = bounds;
      const on = row.after_on as ChainOn;
      return { kind: 'after', job: row.after_job as string, on, ...ends };
    }
    default:
      throw new Error(`a job has a schedule of kind ${row.kind}`);
  }
}

/** The calendar of a row that has one. */
export function calendarOf(row: Row): JobCalendar {
  return { id: row.calendar_id as string, mode: row.calendar_mode as JobCalendar['mode'] };
}
