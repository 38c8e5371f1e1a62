import { allOf, type Call, type Connection, type Page, type Rows } from '@greenvue/jobs/client';

// A route as in account.ts.

/** Who changed what. */
export interface AuditRecord {
  readonly id: string;
  readonly at: string;
  /** `user:<id>`, `token:<id>`, or a program such as `cli`. */
  readonly actor: string;
  readonly actor_name: string | null;
  /** Such as `job.create` or `run.cancel`. */
  readonly action: string;
  /** Id of the changed object. */
  readonly target: string;
  readonly change: unknown;
}

/** Filters of {@link listAudit}; each must match exactly. */
export type AuditQuery = {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** Maximum number of records, 1 to 200; default 50. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** A page of the audit log, newest first. Only for admins. */
export async function listAudit(
  connection: Connection,
  query?: AuditQuery,
  call?: Call,
): Promise<Page<AuditRecord>> {
  return connection.ask({ path: '/audit', query: { ...query }, answer: 'list' }, call);
}

/** The whole audit log, newest first, page by page. */
export function eachAudit(connection: Connection, query: AuditQuery = {}, call?: Call): Rows<AuditRecord> {
  return allOf((page: AuditQuery) => listAudit(connection, page, call), query);
}
