import type { z } from 'zod';
import type { AuditActionJson, AuditRowJson, auditQuery } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Page, type Rows } from '../connection/pages.ts';

/** Who changed a job or a run, and how. */
export type JobAuditRecord = AuditRowJson;

/** The kinds of changes that this version records. A newer server may record more. */
export type JobAuditAction = AuditActionJson;

/** Filters of {@link listJobAudit}; texts must match exactly. */
export type JobAuditQuery = Omit<z.input<typeof auditQuery>, 'limit'> & {
  /** Maximum number of records, 1 to 200; default 50. */
  readonly limit?: number | undefined;
};

/** A page of the changes of jobs and runs, newest first. */
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

/**
 * All matching changes as CSV, newest first. The server sends as fast as you read the stream. It throws if
 * the export ends early. Never retried.
 */
export async function exportJobAudit(
  connection: Connection,
  query: Omit<JobAuditQuery, 'limit' | 'cursor'> = {},
  call?: Call,
): Promise<ReadableStream<Uint8Array>> {
  const { body } = await connection.open({
    path: '/job-audit.csv',
    query: { ...query },
    signal: call?.signal,
  });
  return body ?? new ReadableStream({ start: (controller) => controller.close() });
}
