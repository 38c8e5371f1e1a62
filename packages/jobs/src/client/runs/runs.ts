import type { z } from 'zod';
import type { cancelBody, jobRunsQuery, RunJson, runsQuery } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Page, type Rows } from '../connection/pages.ts';
import { path } from '../connection/request.ts';

export type Run = RunJson;
export type CancelRun = z.input<typeof cancelBody>;

/** A page of runs. `is_partial`: the search found little in a short time; `next_cursor` continues it. */
export interface RunPage extends Page<Run> {
  readonly is_partial: boolean;
}

type Limit = {
  /** Maximum number of runs, 1 to 200; default 50. */
  readonly limit?: number | undefined;
};

/** Filters of {@link listJobRuns}; `from` and `to` are RFC 3339. */
export type JobRunsQuery = Omit<z.input<typeof jobRunsQuery>, 'limit'> & Limit;
/** Filters of {@link listRuns}; `from` and `to` are RFC 3339. */
export type RunsQuery = Omit<z.input<typeof runsQuery>, 'limit'> & Limit;

/** A page of the runs of a job, newest first. Only runs of this generation of the id. */
export async function listJobRuns(
  connection: Connection,
  id: string,
  query?: JobRunsQuery,
  call?: Call,
): Promise<RunPage> {
  return connection.ask({ path: path`/jobs/${id}/runs`, query: { ...query }, answer: 'list' }, call);
}

/** All matching runs of a job, newest first, page by page. */
export function eachJobRun(
  connection: Connection,
  id: string,
  query: JobRunsQuery = {},
  call?: Call,
): Rows<Run> {
  return allOf((page: JobRunsQuery) => listJobRuns(connection, id, page, call), query);
}

/** A page of the runs of all jobs, newest first. */
export async function listRuns(connection: Connection, query?: RunsQuery, call?: Call): Promise<RunPage> {
  return connection.ask({ path: '/runs', query: { ...query }, answer: 'list' }, call);
}

/** All matching runs, newest first, page by page. */
export function eachRun(connection: Connection, query: RunsQuery = {}, call?: Call): Rows<Run> {
  return allOf((page: RunsQuery) => listRuns(connection, page, call), query);
}

/**
 * All matching runs, newest first: `csv` for spreadsheets, `json` for one object in each line. The server
 * sends as fast as you read the stream. It throws if the export ends early. Never retried.
 */
export async function exportRuns(
  connection: Connection,
  format: 'csv' | 'json',
  query: Omit<RunsQuery, 'limit' | 'cursor'> = {},
  call?: Call,
): Promise<ReadableStream<Uint8Array>> {
  const path = format === 'csv' ? '/runs.csv' : '/runs.ndjson';
  const { body } = await connection.open({ path, query: { ...query }, signal: call?.signal });
  return body ?? new ReadableStream({ start: (controller) => controller.close() });
}

/** Reads a run, with the stacks of its errors. 404: there is no such run, or it is no longer kept. */
export async function getRun(connection: Connection, runId: string, call?: Call): Promise<Run> {
  return connection.ask({ path: path`/runs/${runId}` }, call);
}

/**
 * Cancels a run: a waiting run at once; a running run is asked to stop, and its `status` changes when it has
 * ended. 409: the run has finished.
 */
export async function cancelRun(
  connection: Connection,
  runId: string,
  body: CancelRun = {},
  call?: Call,
): Promise<Run> {
  return connection.ask(
    {
      method: 'POST',
      path: path`/runs/${runId}/cancel`,
      body,
      repeat: 'safe',
      ifDone: {
        status: 409,
        answer: async (refusal) => {
          const run = await getRun(connection, runId, call);
          if (run.status !== 'cancelled') throw refusal;
          return { status: 202, body: run };
        },
      },
    },
    call,
  );
}

/**
 * Starts a finished run again as a new run, or makes a waiting retry due now. Never retried: a second try
 * could start a second run.
 */
export async function retryRun(connection: Connection, runId: string, call?: Call): Promise<Run> {
  // The body: a server refuses a page of another origin that sends none.
  return connection.ask(
    { method: 'POST', path: path`/runs/${runId}/retry`, body: {}, repeat: 'never' },
    call,
  );
}
