import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { changed, type FilterChange, type JobFilters, readFilters, writeFilters } from './filters.ts';

/** The filters in the URL: a link, a reload and the way back show the same. */
export function useJobFilters(): readonly [JobFilters, (change: FilterChange) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  // What is written is what counts: the same filters are the same object, whatever else the query has.
  const written = writeFilters(readFilters(search));
  const filters = useMemo(() => readFilters(written), [written]);
  const change = useCallback(
    (wanted: FilterChange) => {
      const query = writeFilters(changed(readFilters(location.search), wanted));
      // A search is written as one types: the way back should not lead through each letter.
      const isTyped = 'q' in wanted;
      navigate(query === '' ? '/jobs' : `/jobs?${query}`, { replace: isTyped });
    },
    [navigate],
  );
  return [filters, change];
}
