import type { z } from 'zod';
import type {
  createJobBody,
  JobJson,
  jobsQuery,
  patchJobBody,
  putJobBody,
  TagCountJson,
} from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { ApiError } from '../connection/errors.ts';
import { allOf, type Page, type Rows } from '../connection/pages.ts';
import { path } from '../connection/request.ts';
import { type Guarded, guardHeaders } from './guard.ts';

export type Job = JobJson;
/** One of the newest runs of a job in a list with `recent_runs`. */
export type RecentRun = NonNullable<Job['recent_runs']>[number];
export type TagCount = TagCountJson;
export type CreateJob = z.input<typeof createJobBody>;
export type PutJob = z.input<typeof putJobBody>;
export type PatchJob = z.input<typeof patchJobBody>;

/** Filters and sort order of {@link listJobs}. */
export type JobsQuery = Omit<z.input<typeof jobsQuery>, 'limit' | 'recent_runs'> & {
  /** Maximum number of jobs, 1 to 200; default 50. */
  readonly limit?: number | undefined;
  /** Number of newest runs to include with each job, 0 to 20; default 0. */
  readonly recent_runs?: number | undefined;
};

/**
 * Creates a job. 409: the id is taken; 422: see `faults`. Retried only after a 429 or 503 with Retry-After.
 * Without a response the job may exist: call {@link getJob}. A 409 with `mayBeDone` after a 503 may be the
 * caller's own job.
 */
export async function createJob(connection: Connection, body: CreateJob, call?: Call): Promise<Job> {
  return connection.ask({ method: 'POST', path: '/jobs', body, repeat: 'refused' }, call);
}

/** Conditions of {@link putJob}. */
export interface PutGuard extends Guarded {
  /** Only creates: 412 if the job exists. Retried like {@link createJob}. */
  readonly createOnly?: boolean | undefined;
}

/**
 * Creates a job, or replaces it: omitted fields are reset. Idempotent, so it is retried; `created` is the
 * result of the last try. A 412 with `mayBeDone` may be the effect of an earlier try.
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
 * Edits a job: an omitted field stays, `null` resets it to its default, and `payload` is replaced as a whole.
 * Retried; a 412 with `mayBeDone` may be the effect of an earlier try.
 */
export async function patchJob(
  connection: Connection,
  id: string,
  patch: PatchJob,
  guarded?: Guarded,
): Promise<Job> {
  return connection.ask(
    { method: 'PATCH', path: path`/jobs/${id}`, body: patch, headers: guardHeaders(guarded) },
    guarded,
  );
}

/**
 * Deletes a job and cancels its live runs; its history stays for a while. 404: there is no such job. Retried:
 * after a try that may have succeeded, a 404 counts as success. `ifMatch` protects a job that others create
 * with the id meanwhile; a 412 with `mayBeDone` then means their job, or an edit.
 */
export async function deleteJob(connection: Connection, id: string, guarded?: Guarded): Promise<void> {
  return connection.ask(
    {
      method: 'DELETE',
      path: path`/jobs/${id}`,
      headers: guardHeaders(guarded),
      ifDone: { status: 404, answer: async () => ({ status: 204, body: undefined }) },
    },
    guarded,
  );
}

/** Reads a job. 404: there is no such job. */
export async function getJob(connection: Connection, id: string, call?: Call): Promise<Job> {
  return connection.ask({ path: path`/jobs/${id}` }, call);
}

/** {@link getJob}, or undefined if there is no such job. */
export async function findJob(connection: Connection, id: string, call?: Call): Promise<Job | undefined> {
  try {
    return await getJob(connection, id, call);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** A page of jobs. `next_cursor` is the `cursor` of the next page; `null` on the last one. */
export async function listJobs(connection: Connection, query?: JobsQuery, call?: Call): Promise<Page<Job>> {
  return connection.ask({ path: '/jobs', query: { ...query }, answer: 'list' }, call);
}

/** All matching jobs. Requests each page only when the consumer reaches its first job. */
export function eachJob(connection: Connection, query: JobsQuery = {}, call?: Call): Rows<Job> {
  return allOf((page: JobsQuery) => listJobs(connection, page, call), query);
}

/** The tags in use, each with the number of its jobs, most used first. */
export async function listJobTags(connection: Connection, call?: Call): Promise<readonly TagCount[]> {
  const { data } = await connection.ask<{ readonly data: readonly TagCount[] }>(
    { path: '/job-tags', answer: 'list' },
    call,
  );
  return data;
}
