import { ApiError } from '@greenvue/jobs/client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useSessionState, useSessionStore } from '../session/session.tsx';
import type { SessionStore } from '../session/session-store.ts';

/** What has been read of the API, for all below it. Another user needs another one: see `SessionGate`. */
export function DataProvider({ children }: { readonly children: ReactNode }) {
  const store = useSessionStore();
  const [client] = useState(() => createClient(store));
  useReadAgainAfterSignIn(client);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

function createClient(store: SessionStore): QueryClient {
  const onError = (error: unknown): void => follow(store, error);
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // The client of the API tries again by itself, as the server asks it to.
        retry: false,
        // The events say when something is stale.
        staleTime: 2_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // A server on this machine answers without any network.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** What an answer says of the session itself. */
function follow(store: SessionStore, error: unknown): void {
  if (!(error instanceof ApiError)) return;
  if (error.status === 401) store.expire();
  // The role may have been taken: then all of the page changes.
  if (error.status === 403) {
    store.reread().catch((reason: unknown) => {
      if (reason instanceof ApiError && reason.status === 401) store.expire();
    });
  }
}

/** What had failed for want of a session. */
function useReadAgainAfterSignIn(client: QueryClient): void {
  const { phase } = useSessionState();
  const before = useRef(phase);
  useEffect(() => {
    if (before.current === 'expired' && phase === 'signed-in') void client.invalidateQueries();
    before.current = phase;
  }, [client, phase]);
}
