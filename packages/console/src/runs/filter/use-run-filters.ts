import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { keepLook } from '../../views/look.ts';
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
      const after = writeFilters({ ...before, ...wanted });
      if (after === writeFilters(before)) return;
      const query = keepLook(after, location.search);
      navigate(query === '' ? '/runs' : `/runs?${query}`);
    },
    [navigate],
  );
  return [filters, change];
}
