import type { z } from 'zod';
import type { cancelBody, jobRunsQuery, RunJson, runsQuery } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Page, pageOf } from '../connection/pages.ts';
import { path } from '../connection/request.ts';

export type Run = RunJson;
export type CancelRun = z.input<typeof cancelBody>;

type Limit = {
  /** Runs of a page, 1 to 200; 50 if left out. */
  readonly limit?: number | undefined;
};

/** What {@link listJobRuns} is asked for; `from` and `to` are RFC 3339. */
export type JobRunsQuery = Omit<z.input<typeof jobRunsQuery>, 'limit'> & Limit;
/** What {@link listRuns} is asked for; `from` and `to` are RFC 3339. */
export type RunsQuery = Omit<z.input<typeof runsQuery>, 'limit'> & Limit;

/** A page of the runs of a job (of this generation of its id), newest first. */
export async function listJobRuns(
  connection: Connection,
  id: string,
  query?: JobRunsQuery,
  call?: Call,
): Promise<Page<Run>> {
  return pageOf<Run>(connection, path`/jobs/${id}/runs`, { ...query }, call);
}

/** All runs of a job that fit, newest first, page by page. */
export function eachJobRun(
  connection: Connection,
  id: string,
  query: JobRunsQuery = {},
  call?: Call,
): AsyncGenerator<Run, void, undefined> {
  return allOf((page: JobRunsQuery) => listJobRuns(connection, id, page, call), query);
}

/** A page of the runs of all jobs, newest first. */
export async function listRuns(connection: Connection, query?: RunsQuery, call?: Call): Promise<Page<Run>> {
  return pageOf<Run>(connection, '/runs', { ...query }, call);
}

/** All runs that fit, newest first, page by page. */
export function eachRun(
  connection: Connection,
  query: RunsQuery = {},
  call?: Call,
): AsyncGenerator<Run, void, undefined> {
  return allOf((page: RunsQuery) => listRuns(connection, page, call), query);
}

/** Reads a run, with its errors' stacks. 404: there is none, or it is kept no longer. */
export async function getRun(connection: Connection, runId: string, call?: Call): Promise<Run> {
  const answer = await connection.send<Run>({
    method: 'GET',
    path: path`/runs/${runId}`,
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body;
}

/**
 * Cancels a run: a waiting one at once; a running one is told, and its `status` says when it has ended. 409:
 * it is over.
 */
export async function cancelRun(
  connection: Connection,
  runId: string,
  body: CancelRun = {},
  call?: Call,
): Promise<Run> {
  const answer = await connection.send<Run>({
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
    signal: call?.signal,
  });
  return answer.body;
}

/**
 * Runs a finished run again, as a new one; a waiting retry is made due now. Never repeated: it might make
 * two.
 */
export async function retryRun(connection: Connection, runId: string, call?: Call): Promise<Run> {
  const answer = await connection.send<Run>({
    method: 'POST',
    path: path`/runs/${runId}/retry`,
    repeat: 'never',
    signal: call?.signal,
  });
  return answer.body;
}
