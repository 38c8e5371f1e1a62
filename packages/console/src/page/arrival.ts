import { createContext } from 'react';

/** Tells a page that the user navigated to from the one the browser loaded first. */
interface Arrival {
  /** True once for each page that the user navigated to. */
  readonly isDue: () => boolean;
  readonly left: () => void;
}

export function createArrival(): Arrival {
  let isDue = false;
  return {
    isDue: () => {
      const was = isDue;
      isDue = false;
      return was;
    },
    left: () => {
      isDue = true;
    },
  };
}

export const ArrivalContext = createContext<Arrival>({ isDue: () => false, left: () => undefined });
