import { useCallback, useState } from 'react';

/**
 * The ids of the runs that the viewer chose to compare: at most two, the one that was chosen last at the end.
 */
export type ChosenRuns = readonly string[];

export interface Choosing {
  readonly chosen: ChosenRuns;
  readonly toggle: (id: string) => void;
  readonly clear: () => void;
}

/** The choice of two runs to compare. */
export function useChoosing(): Choosing {
  const [chosen, setChosen] = useState<ChosenRuns>([]);
  const toggle = useCallback((id: string) => setChosen((before) => chosenAfter(before, id)), []);
  const clear = useCallback(() => setChosen([]), []);
  return { chosen, toggle, clear };
}

/** The choice after a click on a run: a third run replaces the first one. */
export function chosenAfter(chosen: ChosenRuns, id: string): ChosenRuns {
  if (chosen.includes(id)) return chosen.filter((one) => one !== id);
  return [...chosen, id].slice(-2);
}

/** The chosen runs, the older one first; undefined until there are two. Ids increase with time. */
export function chosenPair(chosen: ChosenRuns): readonly [older: string, newer: string] | undefined {
  const [older, newer] = chosen.toSorted((a, b) => Number(a) - Number(b));
  return older === undefined || newer === undefined ? undefined : [older, newer];
}
