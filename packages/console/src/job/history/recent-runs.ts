import type { Run } from '@greenvue/jobs/client';
import { useEffect, useMemo } from 'react';
import { RUNS_PAGE, useJobRuns } from '../../data/queries/queries.ts';

/** The most pages read automatically. Each one is read again after every change. */
const MOST_PAGES = 4;

interface RecentRuns {
  /** Newest first; undefined until they are read. */
  readonly runs: readonly Run[] | undefined;
  /** Whether older runs exist that were not read. */
  readonly hasOlder: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** The newest runs of a job: reads more pages, within bounds, until `isEnough`. */
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
