import { isReadOf, type JobsRead, type TagCount } from '../../core/filters/jobs-read.ts';
import type { PayloadField } from '../../core/filters/run-filter.ts';
import { DEFAULT_PAGE_ROWS } from '../../core/limits.ts';
import type { AuditRow, JobView, Page, RunPage, RunView } from '../../core/store/store-views.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { Registry } from '../job-types/registry.ts';
import {
  type AuditListQuery,
  EngineError,
  type JobListQuery,
  type RunListQuery,
} from '../ports/engine-port.ts';
import { parseInstant } from './command-options.ts';

export function listJobs(
  { store, node, pauseState }: EngineParts,
  query: JobListQuery = {},
): Promise<Page<JobView>> {
  const { sort = 'id', descending = false, limit = DEFAULT_PAGE_ROWS, ...which } = query;
  const context = { handlers: node.liveTypes, lateFrom: pauseState.lateFrom };
  return store.listJobs({ ...which, ...context, sort, descending, limit });
}

/** How long a search for runs goes on before it answers with what it has found. */
const SEARCH_MS = 200;

/** Looks on while a page is partial, for a short time: other reads run in between. */
export async function listRuns(
  { store, node, settings, registry }: EngineParts,
  { limit = DEFAULT_PAGE_ROWS, from, to, ...which }: RunListQuery = {},
): Promise<RunPage> {
  if (which.payload !== undefined) {
    const { payload, jobId, type = await typeOf({ store, node }, jobId, which) } = which;
    refuseSecretFields(registry, { type, payload });
  }
  const query = { ...which, from: parseInstant(from, '/from'), to: parseInstant(to, '/to') };
  const until = settings.clock.monotonic() + SEARCH_MS;
  const rows: RunView[] = [];
  for (let { before } = which; ; ) {
    const page = await store.listRuns({ ...query, before, limit: limit - rows.length });
    rows.push(...page.rows);
    const isOver = rows.length >= limit || settings.clock.monotonic() >= until;
    if (page.isPartial === undefined || page.next === undefined || isOver) return { ...page, rows };
    before = page.next.key;
  }
}

/** The type of the job; undefined if the query is about no job that there is. */
async function typeOf(
  { store, node }: Pick<EngineParts, 'store' | 'node'>,
  jobId: string | undefined,
  which: JobsRead,
): Promise<string | undefined> {
  if (jobId === undefined) return undefined;
  const known = await store.getJob(jobId, node.liveTypes);
  return known !== undefined && isReadOf(which, known.job) ? known.job.type : undefined;
}

/** What is sealed differs each time, so no search can find it. */
function refuseSecretFields(
  registry: Registry,
  { payload, type }: { readonly payload: readonly PayloadField[]; readonly type: string | undefined },
): void {
  const types = registry.types.filter(({ jobType }) => (type ?? jobType.type) === jobType.type);
  const fields = types.flatMap((each) => each.payload.secretFields).filter((field) => field.isSealed);
  const faults = payload.flatMap(({ path }, n) =>
    fields.some((field) => field.path.every((step, at) => step === '*' || step === path[at]))
      ? [{ pointer: `/payload/${n}`, detail: `can't be searched: ${path.join('.')} is a secret field` }]
      : [],
  );
  if (faults.length > 0) throw new EngineError('invalid', 'The search is not valid.', faults);
}

export function listTags({ store }: EngineParts, query: JobsRead = {}): Promise<readonly TagCount[]> {
  return store.listTags(query);
}

export async function listAudit(
  { store }: EngineParts,
  { limit = DEFAULT_PAGE_ROWS, from, to, ...which }: AuditListQuery = {},
): Promise<readonly AuditRow[]> {
  const time = { from: parseInstant(from, '/from'), to: parseInstant(to, '/to') };
  return store.listAudit({ ...which, ...time, limit });
}
