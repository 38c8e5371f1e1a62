import { useEffect, useState } from 'react';
import type { useJobRuns } from '../../data/queries/queries.ts';

type RunPages = Pick<
  ReturnType<typeof useJobRuns>,
  'data' | 'hasNextPage' | 'isFetching' | 'isFetchNextPageError' | 'fetchNextPage'
>;

interface ContinuedSearch {
  /** The server found little in the time that a search may take, and has older runs to search. */
  readonly isPartial: boolean;
  readonly isSearching: boolean;
  /** Searches on until a page is full, all runs are searched, or `stop`. */
  readonly start: () => void;
  readonly stop: () => void;
}

/** A search that needs several requests. Only the viewer starts it: it may read the whole history. */
export function useContinuedSearch(query: RunPages): ContinuedSearch {
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const [isWanted, setWanted] = useState(false);
  const isPartial = hasNextPage && data?.pages.at(-1)?.is_partial === true;
  const isSearching = isWanted && isPartial && !isFetchNextPageError;
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage();
  }, [isSearching, isFetching, fetchNextPage]);
  // The next partial page waits for the viewer again.
  useEffect(() => {
    if (isWanted && !isSearching && !isFetching) setWanted(false);
  }, [isWanted, isSearching, isFetching]);
  return { isPartial, isSearching, start: () => setWanted(true), stop: () => setWanted(false) };
}
