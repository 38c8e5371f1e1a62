import type { z } from 'zod';
import type { createJobBody, JobJson, jobsQuery, patchJobBody, putJobBody } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { ApiError } from '../connection/errors.ts';
import { allOf, type Page, pageOf } from '../connection/pages.ts';
import { path } from '../connection/request.ts';
import { type Guarded, guardHeaders } from './guard.ts';

export type Job = JobJson;
/** One of the latest runs of a job, as a list with `recent_runs` has them. */
export type RecentRun = NonNullable<Job['recent_runs']>[number];
export type CreateJob = z.input<typeof createJobBody>;
export type PutJob = z.input<typeof putJobBody>;
export type PatchJob = z.input<typeof patchJobBody>;

/** What {@link listJobs} is asked for. Numbers are sent as they are written. */
export type JobsQuery = Omit<z.input<typeof jobsQuery>, 'limit' | 'recent_runs'> & {
  /** Jobs of a page, 1 to 200; 50 if left out. */
  readonly limit?: number | undefined;
  /** How many of its latest runs each job is to come with, 0 to 20. */
  readonly recent_runs?: number | undefined;
};

/**
 * Creates a job. 409: the id is taken; 422: see `faults`.
 *
 * Not repeated when there is no answer: the job may be there by then, and another try would be told that its
 * id is taken. So after a `ConnectionError`, {@link getJob} tells whether it was created. It is repeated
 * after a 429 or a 503 that says when to come back. A 503 may stand for a creation whose end the server did
 * not see: a 409 after it has `mayBeDone`, and the job may be the caller's own.
 */
export async function createJob(connection: Connection, body: CreateJob, call?: Call): Promise<Job> {
  const answer = await connection.send<Job>({
    method: 'POST',
    path: '/jobs',
    body,
    repeat: 'refused',
    signal: call?.signal,
  });
  return answer.body;
}

/** How {@link putJob} may go about it. */
export interface PutGuard extends Guarded {
  /** 412 if there is such a job; repeated no more than {@link createJob}. */
  readonly createOnly?: boolean | undefined;
}

/**
 * Creates a job, or replaces all of it: omitted fields are reset. Repeated, since twice leaves what once
 * does; `created` is of the last try. A 412 with `mayBeDone` may be of what an earlier try left.
 */
export async function putJob(
  connection: Connection,
  id: string,
  body: PutJob,
  guarded?: PutGuard,
): Promise<{ readonly job: Job; readonly created: boolean }> {
  const createOnly = guarded?.createOnly === true;
  const { status, body: job } = await connection.send<Job>({
    method: 'PUT',
    path: path`/jobs/${id}`,
    body,
    headers: { ...guardHeaders(guarded), ...(createOnly ? { 'if-none-match': '*' } : {}) },
    repeat: createOnly ? 'refused' : 'safe',
    signal: guarded?.signal,
  });
  return { job, created: status === 201 };
}

/**
 * Edits a job: what is absent stays, `null` resets to the default, `payload` is replaced whole. Repeated; a
 * 412 with `mayBeDone` may be of what an earlier try left.
 */
export async function patchJob(
  connection: Connection,
  id: string,
  patch: PatchJob,
  guarded?: Guarded,
): Promise<Job> {
  const answer = await connection.send<Job>({
    method: 'PATCH',
    path: path`/jobs/${id}`,
    body: patch,
    headers: guardHeaders(guarded),
    repeat: 'safe',
    signal: guarded?.signal,
  });
  return answer.body;
}

/**
 * Deletes a job: it stops at once, its live runs are cancelled, its history stays for a while. 404: there is
 * none.
 *
 * Repeated: after a try whose answer was lost, a 404 counts as done. Each try deletes the job that has the id
 * then; `ifMatch` protects one that others have recreated. A 412 with `mayBeDone`: the job is theirs now, or
 * was edited.
 */
export async function deleteJob(connection: Connection, id: string, guarded?: Guarded): Promise<void> {
  await connection.send<undefined>({
    method: 'DELETE',
    path: path`/jobs/${id}`,
    headers: guardHeaders(guarded),
    answer: 'nothing',
    repeat: 'safe',
    ifDone: { status: 404, answer: async () => ({ status: 204, body: undefined }) },
    signal: guarded?.signal,
  });
}

/** Reads a job. 404: there is none. */
export async function getJob(connection: Connection, id: string, call?: Call): Promise<Job> {
  const answer = await connection.send<Job>({
    method: 'GET',
    path: path`/jobs/${id}`,
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body;
}

/** {@link getJob}; undefined where there is none. */
export async function findJob(connection: Connection, id: string, call?: Call): Promise<Job | undefined> {
  try {
    return await getJob(connection, id, call);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** A page of jobs; `next_cursor` is the `cursor` of the next one, and `null` on the last. */
export async function listJobs(connection: Connection, query?: JobsQuery, call?: Call): Promise<Page<Job>> {
  return pageOf<Job>(connection, '/jobs', { ...query }, call);
}

/** All jobs that fit, page by page; a page is asked for only when its first job is wanted. */
export function eachJob(
  connection: Connection,
  query: JobsQuery = {},
  call?: Call,
): AsyncGenerator<Job, void, undefined> {
  return allOf((page: JobsQuery) => listJobs(connection, page, call), query);
}
