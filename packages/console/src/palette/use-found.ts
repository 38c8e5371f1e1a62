import { getRun, listJobs, listRuns, type Run } from '@greenvue/jobs/client';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useConnection } from '../session/session.tsx';
import { isNotFound } from '../ui/feedback/not-found.ts';
import { jobPath, runPath } from '../ui/paths.ts';
import type { PaletteGroup, PaletteItem } from './palette-groups.ts';

const TYPING_MS = 150;
const MOST_JOBS = 8;
const MOST_RUNS = 5;
/**
 * Of these newest runs, the palette finds those with the typed text in their id, or in the id or the name of
 * their job.
 */
const NEWEST_RUNS = 100;

interface Found {
  readonly groups: readonly PaletteGroup[];
  /** Whether more may be found. */
  readonly isSearching: boolean;
  /** Why the server could not search. */
  readonly error: unknown;
}

/** Jobs and runs that the server finds for the typed text. Runs: the newest ones, or the one with this id. */
export function useFound(typed: string): Found {
  const [text] = useDebouncedValue(typed.trim(), TYPING_MS);
  const jobs = useFoundJobs(text);
  const newest = useNewestRuns();
  const exact = useRunOfId(text);
  const runItem = useRunItem();
  const fitting = (newest.data?.data ?? []).filter((run) =>
    `${run.id} ${run.job_id} ${run.job_name}`.includes(text),
  );
  const runs = [...(exact.data == null ? [] : [exact.data]), ...fitting].slice(0, MOST_RUNS);
  const items = runs.filter(({ id }, at) => runs.findIndex((run) => run.id === id) === at).map(runItem);
  return {
    groups: [
      { label: 'Jobs', items: jobs.items },
      { label: text === '' ? 'Newest runs' : 'Runs', items },
    ],
    isSearching: typed.trim() !== text || jobs.isFetching || newest.isLoading || exact.isLoading,
    error: jobs.error ?? newest.error ?? exact.error,
  };
}

function useFoundJobs(q: string) {
  const connection = useConnection();
  const [, navigate] = useLocation();
  const query = { q, limit: MOST_JOBS, recent_runs: 0 };
  const { data, isFetching, error } = useQuery({
    queryKey: queryKeys.topJobs(query),
    queryFn: ({ signal }) => listJobs(connection, query, { signal }),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  const items = (q === '' ? [] : (data?.data ?? [])).map(
    ({ id, name, status }): PaletteItem => ({
      id: `job:${id}`,
      label: name,
      detail: status === 'active' ? id : `${id}, ${status}`,
      run: () => navigate(jobPath(id)),
    }),
  );
  return { items, isFetching, error };
}

function useNewestRuns() {
  const connection = useConnection();
  const query = { limit: NEWEST_RUNS };
  return useQuery({
    queryKey: [...queryKeys.runs(query), 'palette'],
    queryFn: ({ signal }) => listRuns(connection, query, { signal }),
  });
}

/** The run with this id, `null` if there is none. Ids of runs are numbers. */
function useRunOfId(text: string) {
  const connection = useConnection();
  const id = /^#?(\d{1,19})$/.exec(text)?.[1];
  return useQuery({
    queryKey: [...queryKeys.run(id ?? ''), 'palette'],
    queryFn: async ({ signal }): Promise<Run | null> => {
      try {
        return await getRun(connection, id ?? '', { signal });
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
    enabled: id !== undefined,
  });
}

function useRunItem(): (run: Run) => PaletteItem {
  const [, navigate] = useLocation();
  return ({ id, job_name: job, status }) => ({
    id: `run:${id}`,
    label: `Run ${id}`,
    detail: `${job}, ${status}`,
    run: () => navigate(runPath(id)),
  });
}
