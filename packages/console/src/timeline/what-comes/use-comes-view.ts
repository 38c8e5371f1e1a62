import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type ComesChange, type ComesView, readView, writeView } from './comes-view.ts';

/** Keeps the view in the URL, so that links, reloads and the Back button restore it. */
export function useComesView(): readonly [ComesView, (change: ComesChange) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback(
    (wanted: ComesChange) => {
      const before = readView(location.search);
      const query = writeView({ ...before, ...wanted });
      if (query !== writeView(before)) navigate(query === '' ? path : `${path}?${query}`);
    },
    [navigate, path],
  );
  return [view, change];
}
