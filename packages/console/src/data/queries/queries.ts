import { getUser } from '@greenvue/accounts';
import {
  type Connection,
  getJob,
  getPauseOfAll,
  getRun,
  getRunLogs,
  getStats,
  type JobAuditQuery,
  type JobRunsQuery,
  type JobsQuery,
  listCalendars,
  listJobAudit,
  listJobRuns,
  listJobs,
  listJobTags,
  listJobTypes,
  listRuns,
  type PreviewSchedule,
  previewSchedule,
  type RunPage,
  type RunsQuery,
} from '@greenvue/jobs/client';
import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useConnection, useIsSignedIn, useMay } from '../../session/session.tsx';
import { useHasAccounts } from '../../ui/config/config.tsx';
import { queryKeys } from './query-keys.ts';
import { FIRST, type KnownPages, refreshPage } from './run-pages.ts';

/** The filters of a list. The hook adds the page. */
type JobsFilter = Omit<JobsQuery, 'cursor'>;
type RunsFilter = Omit<RunsQuery, 'cursor'>;
type JobRunsFilter = Omit<JobRunsQuery, 'cursor'>;
type PreviewBody = PreviewSchedule;

/** The query for a page of a job's runs. Parts of a page that use the same one share the cache. */
export const RUNS_PAGE = { limit: 200 } as const;

const STATS_EVERY_MS = 5_000;
const VERSION_EVERY_MS = 60_000;
const TOP_EVERY_MS = 15_000;
const LOGS_EVERY_MS = 1_000;
const CALENDARS_EVERY_MS = 5_000;
const TYPES_FRESH_MS = 300_000;
const COUNTS_EVERY_MS = 5_000;

function cursorOf(page: string): { readonly cursor?: string } {
  return page === FIRST ? {} : { cursor: page };
}

function nextCursor(page: { readonly next_cursor: string | null }): string | undefined {
  return page.next_cursor ?? undefined;
}

/** The first jobs of a list, without their runs. Polls as well: a job becomes late without any event. */
export function useTopJobs(query: JobsFilter) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.topJobs(query),
    queryFn: ({ signal }) => listJobs(connection, { recent_runs: 0, ...query }, { signal }),
    refetchInterval: isSignedIn ? TOP_EVERY_MS : false,
  });
}

export function useJob(id: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.job(id),
    queryFn: ({ signal }) => getJob(connection, id, { signal }),
  });
}

/** The runs of a job by page, newest first. A refresh reads one page: see {@link refreshPage}. */
export function useJobRuns(id: string, query: JobRunsFilter = {}) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.jobRuns(id, query),
    queryFn: ({ pageParam, signal, queryKey, client }) =>
      refreshPage({
        known: client.getQueryData<KnownPages<RunPage>>(queryKey),
        cursor: pageParam,
        read: () => listJobRuns(connection, id, { ...query, ...cursorOf(pageParam) }, { signal }),
      }),
    initialPageParam: FIRST,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** The runs of all jobs by page, newest first. */
export function useRuns(query: RunsFilter = {}) {
  return useRunSearch(query, () => query);
}

/** {@link useRuns} with a range of time that ends now. `search`: what identifies the list. */
export function useRunSearch(search: object, queryAt: (now: number) => RunsFilter) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.runs(search),
    queryFn: ({ pageParam, signal, queryKey, client }) =>
      refreshPage({
        known: client.getQueryData<KnownPages<RunPage>>(queryKey),
        cursor: pageParam,
        read: () => listRuns(connection, { ...queryAt(Date.now()), ...cursorOf(pageParam) }, { signal }),
      }),
    initialPageParam: FIRST,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** The query for one run, with the stacks of its errors. */
export function runQuery(connection: Connection, runId: string) {
  return queryOptions({
    queryKey: queryKeys.run(runId),
    queryFn: ({ signal }) => getRun(connection, runId, { signal }),
  });
}

export function useRun(runId: string) {
  return useQuery(runQuery(useConnection(), runId));
}

/**
 * A run's log (64 KiB at most). A log line sends no event, so the log of a running run is read every second.
 */
export function useRunLogs(runId: string, isRunning: boolean) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.runLogs(runId),
    queryFn: ({ signal }) => getRunLogs(connection, runId, { signal }),
    refetchInterval: isRunning && isSignedIn ? LOGS_EVERY_MS : false,
  });
}

/** The tags in use, each with the number of its jobs. */
export function useTags() {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.tags(),
    queryFn: ({ signal }) => listJobTags(connection, { signal }),
  });
}

export function useJobTypes() {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.types(),
    queryFn: ({ signal }) => listJobTypes(connection, { signal }),
    staleTime: TYPES_FRESH_MS,
  });
}

/** The job types, with the counts of runs that wait for limits. These send no event, and are read again. */
export function useJobTypeCounts() {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.types(),
    queryFn: ({ signal }) => listJobTypes(connection, { signal }),
    staleTime: COUNTS_EVERY_MS,
    refetchInterval: isSignedIn ? COUNTS_EVERY_MS : false,
  });
}

/** The pause of all jobs; null if there is none. Its begin and end are events, and its end is in the data. */
export function useAllPaused() {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.pauseOfAll(),
    queryFn: ({ signal }) => getPauseOfAll(connection, { signal }),
  });
}

/** Counts, the last hour by minute, and the nodes. */
export function useStats() {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.stats(),
    queryFn: ({ signal }) => getStats(connection, { signal }),
    refetchInterval: isSignedIn ? STATS_EVERY_MS : false,
  });
}

/**
 * The version of the server, read every minute and after each reconnect. Not by {@link useStats}: pages
 * without counts must not read them every few seconds.
 */
export function useServerVersion() {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.version(),
    queryFn: async ({ signal }) => (await getStats(connection, { signal })).nodes[0]?.version ?? null,
    refetchInterval: isSignedIn ? VERSION_EVERY_MS : false,
  });
}

/**
 * Who changed what, newest first. `search`: what identifies the list, as in {@link useRunSearch}. Only
 * changes of jobs and runs send events, so a list of other changes is read every `everyMs`.
 */
export function useAudit(
  search: object,
  queryAt: (now: number) => Omit<JobAuditQuery, 'cursor'>,
  everyMs?: number,
) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useInfiniteQuery({
    queryKey: queryKeys.audit(search),
    queryFn: ({ pageParam, signal }) =>
      listJobAudit(connection, { ...queryAt(Date.now()), ...cursorOf(pageParam) }, { signal }),
    initialPageParam: FIRST,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: isSignedIn && everyMs !== undefined ? everyMs : false,
  });
}

/** All calendars. Changes of calendars send no event, so the list is read again. */
export function useCalendars() {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.calendars(),
    queryFn: ({ signal }) => listCalendars(connection, { signal }),
    refetchInterval: isSignedIn ? CALENDARS_EVERY_MS : false,
  });
}

/** A user's name and address, read once. Only admins of GreenVue may ask. */
export function useUser(id: string, isWanted: boolean) {
  const connection = useConnection();
  const hasAccounts = useHasAccounts();
  const { admin } = useMay();
  return useQuery({
    queryKey: queryKeys.user(id),
    queryFn: ({ signal }) => getUser(connection, id, { signal }),
    enabled: hasAccounts && admin && isWanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The run times that a schedule would have. The last answer stays while the next one loads. */
export function usePreview(body: PreviewBody | undefined) {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.preview(body),
    queryFn: ({ signal }) => {
      if (body === undefined) throw new Error('There is nothing to preview.');
      return previewSchedule(connection, body, { signal });
    },
    enabled: body !== undefined,
    placeholderData: keepPreviousData,
  });
}
