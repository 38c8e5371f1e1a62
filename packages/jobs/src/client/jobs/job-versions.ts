import type { z } from 'zod';
import type { JobVersionJson, jobVersionsQuery } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Page, type Rows } from '../connection/pages.ts';
import { path } from '../connection/request.ts';

/** A definition that a job has or had. {@link putJob} with its `definition` restores it. */
export type JobVersion = JobVersionJson;

/** The page of {@link listJobVersions}. */
export type JobVersionsQuery = Omit<z.input<typeof jobVersionsQuery>, 'limit'> & {
  /** Maximum number of versions, 1 to 200; default 50. */
  readonly limit?: number | undefined;
};

/** A page of the definitions of a job, newest first; the first one is the current one. */
export async function listJobVersions(
  connection: Connection,
  id: string,
  query?: JobVersionsQuery,
  call?: Call,
): Promise<Page<JobVersion>> {
  return connection.ask({ path: path`/jobs/${id}/versions`, query: { ...query }, answer: 'list' }, call);
}

/** All definitions of a job, newest first, page by page. */
export function eachJobVersion(
  connection: Connection,
  id: string,
  query: JobVersionsQuery = {},
  call?: Call,
): Rows<JobVersion> {
  return allOf((page: JobVersionsQuery) => listJobVersions(connection, id, page, call), query);
}

/** Reads one definition of a job. 404: there is no such version, or it is no longer kept. */
export async function getJobVersion(
  connection: Connection,
  id: string,
  version: number,
  call?: Call,
): Promise<JobVersion> {
  return connection.ask({ path: path`/jobs/${id}/versions/${String(version)}` }, call);
}
