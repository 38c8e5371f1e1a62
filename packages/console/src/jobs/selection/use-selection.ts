import { useState } from 'react';
import { changed, type JobFilters, writeFilters } from '../filter/filters.ts';
import { NOTHING, type Selection } from './selection.ts';

/**
 * The selection for the current filters. Other filters clear it, so that no action affects jobs out of view.
 * Another order keeps it.
 */
export function useSelection(
  filters: JobFilters,
): readonly [Selection, (next: (selection: Selection) => Selection) => void] {
  const shown = writeFilters(changed(filters, { sort: 'id' }));
  const [held, setHeld] = useState({ shown, selection: NOTHING });
  const setSelection = (next: (selection: Selection) => Selection): void => {
    setHeld((known) => ({ shown, selection: next(known.shown === shown ? known.selection : NOTHING) }));
  };
  return [held.shown === shown ? held.selection : NOTHING, setSelection];
}
