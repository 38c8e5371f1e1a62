import { useState } from 'react';
import { EMPTY_SELECTION, type Selection } from './selection.ts';

/** The selected jobs. Other filters keep them: the bar says how many of them the list does not show. */
export function useSelection(): readonly [Selection, (next: (selection: Selection) => Selection) => void] {
  return useState(EMPTY_SELECTION);
}
