import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import {
  type ActivityFilterChange,
  type ActivityFilters,
  readActivityFilters,
  writeActivityFilters,
} from './activity-filters.ts';

/** Keeps the filters in the URL, so that links, reloads and the Back button restore them. */
export function useActivityFilters(): readonly [ActivityFilters, (change: ActivityFilterChange) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  // Equal filters are the same object, whatever else the query contains.
  const written = writeActivityFilters(readActivityFilters(search));
  const filters = useMemo(() => readActivityFilters(written), [written]);
  const change = useCallback(
    (wanted: ActivityFilterChange) => {
      const before = readActivityFilters(location.search);
      const query = writeActivityFilters({ ...before, ...wanted });
      if (query !== writeActivityFilters(before)) navigate(query === '' ? '/activity' : `/activity?${query}`);
    },
    [navigate],
  );
  return [filters, change];
}
