import { type BulkItem, MOST_BULK_ITEMS } from '../../core/bulk/bulk-command.ts';
import type { Clock } from '../../core/clock.ts';
import { type AbortFlag, refuseAborted } from '../../core/model/errors.ts';
import type { BulkEngine, BulkJobsInput, BulkRunsInput } from '../ports/bulk-port.ts';
import { EngineError } from '../ports/engine-port.ts';

/** Rows that one read of the search returns. */
const PAGE_ROWS = 1_000;
/** The longest time for a search (ms): a client still waits for its answer. */
const MOST_SEARCH_MS = 20_000;
/** A retry looks up the slots of at most this number of runs, the newest first, and for at most this time. */
const MOST_SLOTS = 10_000;
const MOST_SLOTS_MS = 5_000;
/** How many ids are looked up at once. */
const LOOKUPS_AT_ONCE = 16;

/** A job or run of a bulk command as it was found. */
export interface FoundItem extends BulkItem {
  /** Of the job: a job that was deleted and made again is not the one that was found. */
  readonly jobUid: string;
  /** Of a run: whether a later run of its slot has succeeded. Absent: not looked up. */
  readonly isDone?: boolean;
}

export interface Selected {
  readonly found: readonly FoundItem[];
  readonly notFound: readonly BulkItem[];
}

interface Search {
  readonly engine: BulkEngine;
  readonly clock: Clock;
  readonly signal: AbortFlag | undefined;
}

/** The jobs that a request is about, page by page. Throws if they are too many. */
export async function selectJobs({ ids, filter }: BulkJobsInput, search: Search): Promise<Selected> {
  const { engine } = search;
  if (ids !== undefined)
    return lookUp(ids, search, {
      found: async (id) => ({ jobId: id, jobUid: (await engine.getJob(id)).job.uid }),
      notFound: (jobId) => ({ jobId }),
    });
  type Page = Awaited<ReturnType<BulkEngine['listJobs']>>;
  return collect<Page>(search, 'jobs', {
    read: (before) => engine.listJobs({ ...filter, limit: PAGE_ROWS, after: before?.next }),
    items: ({ rows }) => rows.map(({ job }) => ({ jobId: job.id, jobUid: job.uid })),
  });
}

/** {@link selectJobs} for runs: the newest first. */
export async function selectRuns({ action, ids, filter }: BulkRunsInput, search: Search): Promise<Selected> {
  const { engine } = search;
  if (ids !== undefined)
    return lookUp(ids, search, {
      found: async (runId) => {
        const { jobId, run, slotDoneBy } = await engine.getRun(runId);
        return { jobId, runId, jobUid: run.jobUid, isDone: slotDoneBy !== undefined };
      },
      notFound: (runId) => ({ runId }),
    });
  type Page = Awaited<ReturnType<BulkEngine['listRuns']>>;
  const until = search.clock.monotonic() + MOST_SLOTS_MS;
  let looked = 0;
  let slotsDone = false;
  return collect<Page>(search, 'runs', {
    read: (before) => {
      slotsDone = action === 'retry' && looked < MOST_SLOTS && search.clock.monotonic() < until;
      return engine.listRuns({ ...filter, slotsDone, limit: PAGE_ROWS, before: before?.next?.key });
    },
    items: ({ rows }) => {
      looked += rows.length;
      return rows.map(({ run, jobId, slotDoneBy }) => {
        const item = { jobId, runId: run.id, jobUid: run.jobUid };
        return slotsDone ? { ...item, isDone: slotDoneBy !== undefined } : item;
      });
    },
  });
}

/** Counts the runs whose slot a later run has done. Undefined: the slots of some were not looked up. */
export function countDone({ found }: Selected): number | undefined {
  if (found.some(({ isDone }) => isDone === undefined)) return undefined;
  return found.filter(({ isDone }) => isDone).length;
}

interface Pages<Page> {
  readonly read: (before: Page | undefined) => Promise<Page>;
  readonly items: (page: Page) => readonly FoundItem[];
}

async function collect<Page extends { readonly next?: unknown }>(
  { clock, signal }: Search,
  target: 'jobs' | 'runs',
  { read, items }: Pages<Page>,
): Promise<Selected> {
  const until = clock.monotonic() + MOST_SEARCH_MS;
  const found: FoundItem[] = [];
  let page: Page | undefined;
  do {
    refuseAborted(signal);
    page = await read(page);
    found.push(...items(page));
    if (found.length > MOST_BULK_ITEMS) throw tooWide(`matches more than 100,000 ${target}`, target);
    if (page.next !== undefined && clock.monotonic() > until)
      throw tooWide(`takes more than ${MOST_SEARCH_MS / 1_000} s to find its ${target}`, target);
  } while (page.next !== undefined);
  return { found, notFound: [] };
}

function tooWide(why: string, target: 'jobs' | 'runs'): EngineError {
  const how =
    target === 'jobs' ? 'a type, a tag or a status' : 'from and to, a job, a type, a tag or a status';
  const detail = `${why}. Narrow the filter with ${how}, and send several commands`;
  return new EngineError('invalid', 'The bulk command is not valid.', [{ pointer: '/filter', detail }]);
}

interface Lookup {
  readonly found: (id: string) => Promise<FoundItem>;
  readonly notFound: (id: string) => BulkItem;
}

/** Looks up each id once, and keeps their order. */
async function lookUp(ids: readonly string[], { signal }: Search, how: Lookup): Promise<Selected> {
  const left = [...new Set(ids)];
  const found: FoundItem[] = [];
  const notFound: BulkItem[] = [];
  while (left.length > 0) {
    refuseAborted(signal);
    const some = left.splice(0, LOOKUPS_AT_ONCE);
    const results = await Promise.all(some.map((id) => how.found(id).catch(undefinedIfAbsent)));
    for (const [n, id] of some.entries()) {
      const item = results[n];
      if (item === undefined) notFound.push(how.notFound(id));
      else found.push(item);
    }
  }
  return { found, notFound };
}

function undefinedIfAbsent(error: unknown): undefined {
  if (error instanceof EngineError && error.code === 'not_found') return undefined;
  throw error;
}
