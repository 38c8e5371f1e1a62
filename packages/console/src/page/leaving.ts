import { createContext, useContext } from 'react';
import { useSessionStore } from '../session/session.tsx';

/** Where somebody wants to go. */
export interface Way {
  readonly go: () => void;
}

/** The ways out of a page that are no links: who takes one goes past whatever guards the page. */
interface Leaving {
  /** Goes, unless somebody guards the page, who is asked then. */
  readonly leave: (way: Way) => void;
  /** Puts up a guard, who decides; the answer takes it away again. */
  readonly guard: (decide: (way: Way) => void) => () => void;
}

export function createLeaving(): Leaving {
  let guards: readonly ((way: Way) => void)[] = [];
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
  const leaving = useContext(LeavingContext);
  if (leaving === undefined) throw new Error('There is no LeavingContext above.');
  return leaving;
}

/** Signs out; where something is unsaved, it is asked first. */
export function useSignOut(): () => void {
  const store = useSessionStore();
  const { leave } = useLeaving();
  return () => leave({ go: () => void store.signOut() });
}
