import type { ForecastJob } from '../../../core/forecast/forecast-job.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { RecentRun } from '../../../core/store/store-views.ts';
import { namesIn } from '../stored-json.ts';
import { pauseOf } from './job-row.ts';
import { calendarOf, type Row, scheduleOf } from './schedule-row.ts';

/** The columns of `jobs` that a forecast needs; not the payload, which may be long. */
export const FORECAST_COLUMNS = [
  'uid',
  'id',
  'name',
  'tags',
  'kind',
  'interval',
  'every_ms',
  'mode',
  'cron',
  'rrule',
  'timezone',
  'start_at',
  'end_at',
  'max_runs',
  'spread_ms',
  'runs_made',
  'run_at',
  'calendar_id',
  'calendar_mode',
  'catch_up',
  'status',
  'paused_at',
  'pause_reason',
  'paused_by',
  'pause_until',
  'anchor_at',
  'last_slot_at',
  'next_run_at',
  'next_slot_at',
];

/**
 * How many of a job's newest runs tell how long its runs usually take, and for how many jobs they are read.
 */
export const RUNS_TO_MEASURE = 8;
export const JOBS_TO_MEASURE = 1_000;

/** Reads a row of {@link FORECAST_COLUMNS}, with the type of the job. */
export function forecastJobOf(raw: unknown, durationsMs: readonly number[]): ForecastJob {
  const row = raw as Row;
  const job: Mutable<ForecastJob> = {
    id: row.id as string,
    name: row.name as string,
    type: row.type as string,
    schedule: scheduleOf(row),
    catchUp: row.catch_up as ForecastJob['catchUp'],
    status: row.status as ForecastJob['status'],
    anchorAt: row.anchor_at as number,
    durationsMs,
  };
  if (row.calendar_id !== null) job.calendar = calendarOf(row);
  if (row.tags !== null) job.tags = namesIn(row.tags);
  if (row.paused_at !== null) job.pause = pauseOf(row);
  if (row.last_slot_at !== null) job.lastSlotAt = row.last_slot_at as number;
  if (row.runs_made !== null) job.runsMade = row.runs_made as number;
  if (row.next_slot_at !== null) job.nextSlotAt = row.next_slot_at as number;
  if (row.next_run_at !== null) job.nextRunAt = row.next_run_at as number;
  return job;
}

/** How long a run took that succeeded (ms); undefined for others. */
export function durationOf({ status, startedAt, finishedAt }: RecentRun): number | undefined {
  if (status !== 'succeeded' || startedAt === undefined || finishedAt === undefined) return undefined;
  return Math.max(finishedAt - startedAt, 0);
}
