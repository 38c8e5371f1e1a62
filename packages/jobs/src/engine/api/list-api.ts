import { DEFAULT_PAGE_ROWS } from '../../core/limits.ts';
import type { JobsRead, TagCount } from '../../core/store/jobs-read.ts';
import type { AuditRow, JobView, Page, RunView } from '../../core/store/store-views.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { AuditListQuery, JobListQuery, RunListQuery } from '../engine-port.ts';
import { parseInstant } from './command-options.ts';

export function listJobs({ store, node }: EngineParts, query: JobListQuery = {}): Promise<Page<JobView>> {
  const { sort = 'id', descending = false, limit = DEFAULT_PAGE_ROWS, ...which } = query;
  return store.listJobs({ ...which, sort, descending, limit, handlers: node.liveTypes });
}

export async function listRuns(
  { store }: EngineParts,
  { limit = DEFAULT_PAGE_ROWS, from, to, ...which }: RunListQuery = {},
): Promise<Page<RunView>> {
  const bounds = { from: parseInstant(from, '/from'), to: parseInstant(to, '/to') };
  return store.listRuns({ ...which, ...bounds, limit });
}

export function listTags({ store }: EngineParts, query: JobsRead = {}): Promise<readonly TagCount[]> {
  return store.listTags(query);
}

export function listAudit(
  { store }: EngineParts,
  { limit = DEFAULT_PAGE_ROWS, ...which }: AuditListQuery = {},
): Promise<readonly AuditRow[]> {
  return store.listAudit({ ...which, limit });
}
