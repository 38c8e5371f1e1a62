import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { type Range, readRange, withRange } from './range.ts';

/** The range in the URL, and how to choose another one. */
export function useRange(): readonly [Range, (range: Range) => void] {
  const [search, setSearch] = useSearchParams();
  const range = useMemo(() => readRange(search), [search]);
  return [range, (chosen) => setSearch((before) => withRange(before, chosen), { replace: true })];
}
