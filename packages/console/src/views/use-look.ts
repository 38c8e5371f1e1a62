import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useViewer } from '../session/session.tsx';
import { keyOf } from '../session/viewer.ts';
import { readSetting, writeSetting } from '../ui/settings.ts';
import { type ChoosableColumn, type Look, readLook, withLook } from './look.ts';
import type { ListName } from './saved-views.ts';

/**
 * How a list looks. The URL decides, so that a link shows the same to everybody; a URL that says nothing
 * shows what this account chose last in this browser.
 */
export function useLook(list: ListName, known: readonly ChoosableColumn[]) {
  const search = useSearch();
  const [, navigate] = useLocation();
  const setting = `look-${list}-${keyOf(useViewer())}` as const;
  const [kept, setKept] = useState(() => readSetting(setting) ?? '');
  const own = readLook(search, known);
  const last = readLook(kept, known);
  const columns = (own.columns ?? last.columns)?.join(',');
  const isCompact = own.isCompact ?? last.isCompact ?? false;
  // Equal columns are the same array: rows are drawn again only when the columns change.
  const look = useMemo(
    (): Look => ({ columns: columns?.split(',').filter((id) => id !== ''), isCompact }),
    [columns, isCompact],
  );
  const change = useCallback(
    (next: Look) => {
      const chosen = withLook('', next);
      writeSetting(setting, chosen);
      setKept(chosen);
      navigate(`/${list}?${withLook(location.search, next)}`, { replace: true });
    },
    [list, navigate, setting],
  );
  return { look, change };
}
