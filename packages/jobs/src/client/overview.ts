import type { z } from 'zod';
import type {
  CallerJson,
  ForecastJson,
  forecastQuery,
  HistoryJson,
  historyQuery,
  jobTypeSchema,
  previewBody,
  previewSchema,
  StatsJson,
  statsQuery,
} from '../http/index.ts';
import type { Call, Connection } from './connection/connection.ts';

export type JobType = z.output<typeof jobTypeSchema>;
export type PreviewSchedule = z.input<typeof previewBody>;
export type Preview = z.output<typeof previewSchema>;
export type Stats = StatsJson;
export type StatsQuery = z.input<typeof statsQuery>;
export type Caller = CallerJson;
export type Forecast = ForecastJson;
export type JobHistory = HistoryJson;
/** `from` and `to` are RFC 3339, `step` is a duration. At most one of `job_id`, `type` and `tag`. */
export type JobHistoryQuery = z.input<typeof historyQuery>;

/** The window of {@link getForecast}. */
export type ForecastQuery = Omit<z.input<typeof forecastQuery>, 'hours' | 'jobs'> & {
  /** Length of the window, 1 to 744; at most 24 with `step: 'minute'`. Default 168, a week. */
  readonly hours?: number | undefined;
  /** How many jobs to list, those with the most runs first, 0 to 1,000. Default 0. */
  readonly jobs?: number | undefined;
};

/**
 * The runs that schedules will make, by hour or minute; clashes and quiet times. Exact up to 1,000 jobs, and
 * `sampled` beyond.
 */
export async function getForecast(
  connection: Connection,
  query: ForecastQuery = {},
  call?: Call,
): Promise<Forecast> {
  return connection.ask({ path: '/job-forecast', query: { ...query } }, call);
}

/** A dry run: the next run times of a schedule or, with `job_id`, of that job after such an edit. */
export async function previewSchedule(
  connection: Connection,
  body: PreviewSchedule,
  call?: Call,
): Promise<Preview> {
  return connection.ask({ method: 'POST', path: '/job-preview', body, repeat: 'safe' }, call);
}

/** The job types of the server that responds, with the JSON Schema of their payloads. */
export async function listJobTypes(connection: Connection, call?: Call): Promise<readonly JobType[]> {
  const { data } = await connection.ask<{ readonly data: readonly JobType[] }>(
    { path: '/job-types', answer: 'list' },
    call,
  );
  return data;
}

/**
 * Counts, throughput and lateness, and all live nodes; the node that responds comes first. With tags, counts
 * only jobs with all of them, and their runs.
 */
export async function getStats(connection: Connection, call?: Call & StatsQuery): Promise<Stats> {
  const { tag, ...rest } = call ?? {};
  return connection.ask({ path: '/job-stats', query: { tag } }, rest);
}

/** Counts, durations and lateness of finished runs by step of time. 404: there is no job `job_id`. */
export async function getJobHistory(
  connection: Connection,
  query?: JobHistoryQuery,
  call?: Call,
): Promise<JobHistory> {
  return connection.ask({ path: '/job-stats/history', query: { ...query } }, call);
}

/** Reads who sends the connection's requests, and the rights. 403: the caller may not even read. */
export async function getCaller(connection: Connection, call?: Call): Promise<Caller> {
  return connection.ask({ path: '/me' }, call);
}
