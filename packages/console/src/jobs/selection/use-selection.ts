import { useState } from 'react';
import { type JobFilters, withChange, writeFilters } from '../filter/filters.ts';
import { EMPTY_SELECTION, type Selection } from './selection.ts';

/**
 * The selection for the current filters. Other filters clear it, so that no action affects jobs out of view.
 * Another order keeps it.
 */
export function useSelection(
  filters: JobFilters,
): readonly [Selection, (next: (selection: Selection) => Selection) => void] {
  const shown = writeFilters(withChange(filters, { sort: 'id' }));
  const [held, setHeld] = useState({ shown, selection: EMPTY_SELECTION });
  const setSelection = (next: (selection: Selection) => Selection): void => {
    setHeld((known) => ({
      shown,
      selection: next(known.shown === shown ? known.selection : EMPTY_SELECTION),
    }));
  };
  return [held.shown === shown ? held.selection : EMPTY_SELECTION, setSelection];
}
