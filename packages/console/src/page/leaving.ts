import { createContext } from 'react';
import { useRequired } from '../ui/required-context.ts';

/** The destination of the user. */
export interface LeaveTarget {
  readonly go: () => void;
}

/** Ways to leave a page other than links. They respect the guard of unsaved changes. */
interface Leaving {
  /** Leaves, unless a guard is set; then asks the guard. */
  readonly leave: (way: LeaveTarget) => void;
  /** Sets a guard that decides. The returned function removes it. */
  readonly guard: (decide: (way: LeaveTarget) => void) => () => void;
}

export function createLeaving(): Leaving {
  let guards: readonly ((way: LeaveTarget) => void)[] = [];
  return {
    leave: (way) => {
      const decide = guards.at(-1);
      if (decide === undefined) way.go();
      else decide(way);
    },
    guard: (decide) => {
      guards = [...guards, decide];
      return () => {
        guards = guards.filter((other) => other !== decide);
      };
    },
  };
}

export const LeavingContext = createContext<Leaving | undefined>(undefined);

export function useLeaving(): Leaving {
  return useRequired(LeavingContext, 'LeavingContext');
}
