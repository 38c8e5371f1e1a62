import { type SessionStore, StateHolder, type Viewer } from './session-store.ts';

/**
 * The session of an app that identifies the viewer by its own cookies or headers. `whoAmI` asks the API;
 * people sign in and out elsewhere.
 */
export function createHostSession(whoAmI: () => Promise<Viewer>): SessionStore {
  const holder = new StateHolder();
  return {
    state: holder.state,
    subscribe: holder.subscribe,
    token: () => undefined,
    renew: async () => false,
    expire: () => holder.expire(),
    resume: async () => {
      // A page that is open stays: it may have unsaved changes.
      if (!('viewer' in holder.state())) holder.become({ phase: 'starting' });
      try {
        holder.signedIn(await whoAmI());
      } catch (error) {
        holder.fail(error);
      }
    },
    reread: async () => {
      if (holder.state().phase === 'signed-in') holder.signedIn(await whoAmI());
    },
  };
}
