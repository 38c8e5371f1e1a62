import type { Connection, Me } from '@greenvue/jobs/client';
import { createContext, type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useRequired } from '../ui/required-context.ts';
import { type OpenSession, openSession } from './open-session.ts';
import type { SessionState, SessionStore } from './session-store.ts';

const SessionContext = createContext<OpenSession | undefined>(undefined);

/** Provides the session of this tab. Renders its children in every state of the session. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session] = useState(openSession);
  useEffect(() => {
    // Every failure becomes a state.
    void session.store.resume();
  }, [session]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** The connection to the API, with this session's token. */
export function useConnection(): Connection {
  return useSession().connection;
}

/** Asks once, with a short timeout, whether the server answers. */
export function useIsAnswered(): () => Promise<boolean> {
  return useSession().isAnswered;
}

export function useSessionStore(): SessionStore {
  return useSession().store;
}

export function useSessionState(): SessionState {
  const { store } = useSession();
  return useSyncExternalStore(store.subscribe, store.state);
}

/** Whether the server accepts this tab's token. While it does not, nothing polls. */
export function useIsSignedIn(): boolean {
  return useSessionState().phase === 'signed-in';
}

/** The viewer. Throws if no one is signed in. */
export function useMe(): Me {
  const state = useSessionState();
  if (state.phase !== 'signed-in' && state.phase !== 'expired') throw new Error('No one is signed in.');
  return state.me;
}

/** The rights of the viewer's role. The server decides; these only hide what it would refuse. */
export function useMay(): { readonly operate: boolean; readonly admin: boolean } {
  const { role } = useMe();
  return useMemo(
    () => ({ operate: role === 'operator' || role === 'admin', admin: role === 'admin' }),
    [role],
  );
}

function useSession(): OpenSession {
  return useRequired(SessionContext, 'SessionProvider');
}
