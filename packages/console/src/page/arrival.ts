import { createContext } from 'react';

/** Whether a page that appears is one that was gone to, and not the one that the browser loaded. */
interface Arrival {
  /** True once for each page that was gone to. */
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
