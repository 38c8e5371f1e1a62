import { useCallback, useEffect, useRef } from 'react';
import type { JobMark } from '../../data/job-mark.ts';
import { type Selection, toggle, toggleRange } from './selection.ts';

/** The selection and its setter. */
export interface Selecting {
  readonly selection: Selection;
  readonly onChange: (selection: Selection) => void;
}

/** Selects or deselects a row, or a range from the last one. Keeps its identity between renders. */
export function useRowSelection(
  selecting: Selecting | undefined,
  rows: readonly JobMark[],
): (id: string, isRange: boolean) => void {
  const latest = useRef({ selecting, rows });
  const from = useRef<string | undefined>(undefined);
  useEffect(() => {
    latest.current = { selecting, rows };
  });
  return useCallback((id: string, isRange: boolean) => {
    const now = latest.current;
    const job = now.rows.find((row) => row.id === id);
    if (now.selecting === undefined || job === undefined) return;
    const { selection, onChange } = now.selecting;
    const range = { rows: now.rows, from: from.current, to: id };
    onChange(isRange ? toggleRange(selection, range) : toggle(selection, job));
    from.current = id;
  }, []);
}
