import { ApiError } from '@greenvue/jobs/client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useSessionState, useSessionStore } from '../session/session.tsx';
import type { SessionStore } from '../session/session-store.ts';

/** Caches answers of the API. Each viewer needs a separate cache: see `SessionGate`. */
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
        // The API client retries by itself, as the server asks it to.
        retry: false,
        // Events say when data is stale.
        staleTime: 2_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // A server on this machine answers without a network.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** Updates the session when an answer says that it ended or that the role changed. */
function follow(store: SessionStore, error: unknown): void {
  if (!(error instanceof ApiError)) return;
  if (error.status === 401) store.expire();
  // The role may have been removed, which changes the whole page.
  if (error.status === 403) {
    store.reread().catch((reason: unknown) => {
      if (reason instanceof ApiError && reason.status === 401) store.expire();
    });
  }
}

/** Repeats the reads that failed while the session was expired. */
function useReadAgainAfterSignIn(client: QueryClient): void {
  const { phase } = useSessionState();
  const before = useRef(phase);
  useEffect(() => {
    if (before.current === 'expired' && phase === 'signed-in') void client.invalidateQueries();
    before.current = phase;
  }, [client, phase]);
}
