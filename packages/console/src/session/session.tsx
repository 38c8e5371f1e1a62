import type { Connection } from '@greenvue/jobs/client';
import { createContext, type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useConfig } from '../ui/config/config.tsx';
import { useRequired } from '../ui/required-context.ts';
import { type OpenSession, openSession } from './open-session.ts';
import type { SessionState, SessionStore, Viewer, ViewerScope } from './session-store.ts';

const SessionContext = createContext<OpenSession | undefined>(undefined);

/** Provides the session of this tab. Renders its children in every state of the session. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const config = useConfig();
  const [session] = useState(() => openSession(config));
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

/** Signs in and out with tokens; undefined where people sign in with the app around the console. */
export function useTokens(): OpenSession['tokens'] {
  return useSession().tokens;
}

/** Signs in with e-mail and password; undefined unless the API is GreenVue's. */
export function useAccounts(): OpenSession['accounts'] {
  return useSession().accounts;
}

export function useSessionState(): SessionState {
  const { store } = useSession();
  return useSyncExternalStore(store.subscribe, store.state);
}

/** Whether the server accepts this tab's requests. While it does not, nothing polls. */
export function useIsSignedIn(): boolean {
  return useSessionState().phase === 'signed-in';
}

/** The viewer. Throws if no one is signed in. */
export function useViewer(): Viewer {
  const state = useSessionState();
  if (state.phase !== 'signed-in' && state.phase !== 'expired') throw new Error('No one is signed in.');
  return state.viewer;
}

/** The viewer's rights. The server decides; these only hide what it would refuse. */
export function useMay(): { readonly operate: boolean; readonly admin: boolean } {
  const { rights } = useViewer();
  return useMemo(() => ({ operate: rights.includes('operate'), admin: rights.includes('admin') }), [rights]);
}

const ALL_JOBS: ViewerScope = {};

/** Which jobs the viewer may see and change. Without bounds: all. */
export function useScope(): ViewerScope {
  return useViewer().scope ?? ALL_JOBS;
}

/** Whether the viewer sees and changes only some jobs, and so can't command all of them. */
export function useIsScoped(): boolean {
  return useViewer().scope !== undefined;
}

function useSession(): OpenSession {
  return useRequired(SessionContext, 'SessionProvider');
}
