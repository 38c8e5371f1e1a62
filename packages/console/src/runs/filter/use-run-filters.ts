import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type RunFilterChange, type RunFilters, readFilters, writeFilters } from './run-filters.ts';

/** Keeps the filters in the URL, so that links, reloads and the Back button restore them. */
export function useRunFilters(): readonly [RunFilters, (change: RunFilterChange) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  // Equal filters are the same object, whatever else the query contains.
  const written = writeFilters(readFilters(search));
  const filters = useMemo(() => readFilters(written), [written]);
  const change = useCallback(
    (wanted: RunFilterChange) => {
      const before = readFilters(location.search);
      const query = writeFilters({ ...before, ...wanted });
      if (query !== writeFilters(before)) navigate(query === '' ? '/runs' : `/runs?${query}`);
    },
    [navigate],
  );
  return [filters, change];
}
