import { useState } from 'react';
import { changed, type JobFilters, writeFilters } from '../filter/filters.ts';
import { NOTHING, type Selection } from './selection.ts';

/**
 * What is selected of the jobs that the filters show. Other filters show other jobs: nothing is selected
 * then, so that nothing is done with jobs that nobody sees. Another order keeps the selection.
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
