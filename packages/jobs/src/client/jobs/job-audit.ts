import type { z } from 'zod';
import type { AuditRowJson, auditQuery } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Page, type Rows } from '../connection/pages.ts';

/** Who changed a job or a run, and how. */
export type JobAuditRecord = AuditRowJson;

/** Filters of {@link listJobAudit}; each must match exactly. */
export type JobAuditQuery = Omit<z.input<typeof auditQuery>, 'limit'> & {
  /** Maximum number of records, 1 to 200; default 50. */
  readonly limit?: number | undefined;
};

/** A page of the changes of jobs and runs, newest first. 403: you are not an admin. */
export async function listJobAudit(
  connection: Connection,
  query?: JobAuditQuery,
  call?: Call,
): Promise<Page<JobAuditRecord>> {
  return connection.ask({ path: '/job-audit', query: { ...query }, answer: 'list' }, call);
}

/** All matching changes, newest first, page by page. */
export function eachJobAudit(
  connection: Connection,
  query: JobAuditQuery = {},
  call?: Call,
): Rows<JobAuditRecord> {
  return allOf((page: JobAuditQuery) => listJobAudit(connection, page, call), query);
}
