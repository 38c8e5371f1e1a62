import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { keepLook } from '../../views/look.ts';
import { type FilterChange, type JobFilters, readFilters, withChange, writeFilters } from './filters.ts';

/** Keeps the filters in the URL, so that links, reloads and the Back button restore them. */
export function useJobFilters(): readonly [JobFilters, (change: FilterChange) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  // Equal filters are the same object, whatever else the query contains.
  const written = writeFilters(readFilters(search));
  const filters = useMemo(() => readFilters(written), [written]);
  const change = useCallback(
    (wanted: FilterChange) => {
      const filters = writeFilters(withChange(readFilters(location.search), wanted));
      const query = keepLook(filters, location.search);
      // A search updates the URL with every key: the Back button must not step through each one.
      const isTyped = 'q' in wanted;
      navigate(query === '' ? '/jobs' : `/jobs?${query}`, { replace: isTyped });
    },
    [navigate],
  );
  return [filters, change];
}
