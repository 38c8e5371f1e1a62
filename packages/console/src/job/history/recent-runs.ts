import type { Run } from '@greenvue/jobs/client';
import { useEffect, useMemo } from 'react';
import { useJobRuns } from '../../data/queries.ts';

/** Rows of a page of runs; the history, the timeline and the trend share what was read. */
export const RUNS_PAGE = { limit: 200 } as const;

/** So many pages are read by themselves: each of them is read anew when something happens. */
const MOST_PAGES = 4;

interface RecentRuns {
  /** Newest first; undefined until they were read. */
  readonly runs: readonly Run[] | undefined;
  /** Older ones exist, and were not read. */
  readonly hasOlder: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** The newest runs of a job: more pages of them, within bounds, until `isEnough`. */
export function useRecentRuns(jobId: string, isEnough: (runs: readonly Run[]) => boolean): RecentRuns {
  const { data, error, hasNextPage, isFetching, isError, fetchNextPage, refetch } = useJobRuns(
    jobId,
    RUNS_PAGE,
  );
  const runs = useMemo(() => data?.pages.flatMap((page) => page.data), [data]);
  const pages = data?.pages.length ?? 0;
  const wantsMore =
    hasNextPage && !isFetching && !isError && pages < MOST_PAGES && runs !== undefined && !isEnough(runs);
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
  return {
    runs,
    hasOlder: hasNextPage,
    error: runs === undefined ? error : null,
    retry: () => void refetch(),
  };
}
