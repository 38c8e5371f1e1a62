import type { z } from 'zod';
import type { BulkCommandJson, BulkPlanJson, bulkJobsBody, bulkRunsBody } from '../http/index.ts';
import type { Call, Connection } from './connection/connection.ts';
import { path } from './connection/request.ts';

export type BulkCommand = BulkCommandJson;
export type BulkPlan = BulkPlanJson;
/** `filter`: the filters of `listJobs`. Times are RFC 3339. */
export type BulkJobs = z.input<typeof bulkJobsBody>;
/** `filter`: the filters of `listRuns`. */
export type BulkRuns = z.input<typeof bulkRunsBody>;

/** Filters of {@link listBulkCommands}. */
export interface BulkCommandsQuery {
  /** Only commands with this status, or with one of these statuses. */
  readonly status?: BulkCommand['status'] | readonly BulkCommand['status'][] | undefined;
  /** Maximum number of commands, 1 to 200; default 50. */
  readonly limit?: number | undefined;
}

/**
 * Changes many jobs, each one separately. With `dry_run`, only says which. Returns once the command has
 * started: {@link getBulkCommand} has its progress. The client repeats it only if the server refused it.
 */
export async function bulkJobs(connection: Connection, body: BulkJobs, call?: Call): Promise<BulkPlan> {
  return connection.ask({ method: 'POST', path: path`/jobs/bulk`, body, repeat: 'refused' }, call);
}

/** Retries or cancels many runs: see {@link bulkJobs}. */
export async function bulkRuns(connection: Connection, body: BulkRuns, call?: Call): Promise<BulkPlan> {
  return connection.ask({ method: 'POST', path: path`/runs/bulk`, body, repeat: 'refused' }, call);
}

/** The newest bulk commands, with their progress. */
export async function listBulkCommands(
  connection: Connection,
  query: BulkCommandsQuery = {},
  call?: Call,
): Promise<readonly BulkCommand[]> {
  const { data } = await connection.ask<{ readonly data: readonly BulkCommand[] }>(
    { path: '/bulk-commands', query: { ...query }, answer: 'list' },
    call,
  );
  return data;
}

/** A bulk command and its progress. */
export async function getBulkCommand(connection: Connection, id: string, call?: Call): Promise<BulkCommand> {
  return connection.ask({ path: path`/bulk-commands/${id}` }, call);
}

/** Changes no further job or run. What is done stays done. 409: the command is over. */
export async function cancelBulkCommand(
  connection: Connection,
  id: string,
  call?: Call,
): Promise<BulkCommand> {
  return connection.ask(
    { method: 'DELETE', path: path`/bulk-commands/${id}`, answer: 'object', repeat: 'refused' },
    call,
  );
}
