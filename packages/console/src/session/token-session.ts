import { type SessionStore, StateHolder, type TabStorage, type Viewer } from './session-store.ts';

/** The session of an API token that the viewer pasted. */
export interface TokenSession extends SessionStore {
  /** Throws the server's error. */
  readonly signInWithToken: (token: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
}

export interface TokenSessionDeps {
  readonly whoHas: (token: string) => Promise<Viewer>;
  readonly storage: TabStorage;
}

/**
 * Keeps the token for this tab: a reload does not ask for it again, a new tab does, and closing the tab
 * forgets it.
 */
export function createTokenSession({ whoHas, storage }: TokenSessionDeps): TokenSession {
  const holder = new StateHolder();
  let token: string | undefined;
  const keep = (next: string | undefined): void => {
    token = next;
    storage.write(next);
  };
  const signInWithToken = async (next: string): Promise<void> => {
    const viewer = await whoHas(next);
    keep(next);
    holder.signedIn(viewer);
  };
  const expire = (): void => {
    keep(undefined);
    holder.expire();
  };
  return {
    state: holder.state,
    subscribe: holder.subscribe,
    token: () => token,
    signInWithToken,
    expire,
    renew: async () => {
      expire();
      return false;
    },
    resume: async () => {
      holder.become({ phase: 'starting' });
      const kept = storage.read();
      try {
        if (kept === undefined) holder.become({ phase: 'signed-out' });
        else await signInWithToken(kept);
      } catch (error) {
        holder.fail(error);
        if (holder.state().phase === 'signed-out') keep(undefined);
      }
    },
    signOut: async () => {
      keep(undefined);
      holder.become({ phase: 'signed-out' });
    },
    reread: async () => {
      if (token === undefined || holder.state().phase !== 'signed-in') return;
      const viewer = await whoHas(token);
      if (holder.state().phase === 'signed-in') holder.signedIn(viewer);
    },
  };
}
