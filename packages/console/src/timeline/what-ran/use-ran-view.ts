import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type RanChange, type RanView, readView, writeView } from './ran-view.ts';

/** Keeps the view in the URL, so that links, reloads and the Back button restore it. */
export function useRanView(): readonly [RanView, (change: RanChange) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback(
    (wanted: RanChange) => {
      const before = readView(location.search);
      const query = writeView({ ...before, ...wanted });
      if (query !== writeView(before)) navigate(query === '' ? path : `${path}?${query}`);
    },
    [navigate, path],
  );
  return [view, change];
}
