import type { z } from 'zod';
import type { FailureGroupJson, failuresQuery, failuresSchema } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Rows } from '../connection/pages.ts';

/** Failed runs with one cause: those with the same fingerprint. */
export type FailureGroup = FailureGroupJson;
/** A page of groups, with the number of groups and of failed runs on all pages. */
export type FailurePage = z.output<typeof failuresSchema>;

/** Filters and sort order of {@link listRunFailures}; `from` and `to` are RFC 3339. */
export type FailuresQuery = Omit<z.input<typeof failuresQuery>, 'limit' | 'hours'> & {
  /** Failures of the last hours, 1 to 2,160; default 24. */
  readonly hours?: number | undefined;
  /** Maximum number of groups, 1 to 200; default 50. */
  readonly limit?: number | undefined;
};

/** A page of the causes of failures: each group with its count, jobs, types and a sample with its stack. */
export async function listRunFailures(
  connection: Connection,
  query?: FailuresQuery,
  call?: Call,
): Promise<FailurePage> {
  return connection.ask({ path: '/run-failures', query: { ...query }, answer: 'list' }, call);
}

/** All groups, page by page. */
export function eachRunFailure(
  connection: Connection,
  query: FailuresQuery = {},
  call?: Call,
): Rows<FailureGroup> {
  return allOf((page: FailuresQuery) => listRunFailures(connection, page, call), query);
}
