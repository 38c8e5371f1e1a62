import { jobEvents } from '@greenvue/jobs/client';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { LIVE_KEYS, staleKeys } from '../data/queries/stale-keys.ts';
import { useConnection, useIsAnswered, useIsSignedIn } from '../session/session.tsx';
import { useTicker } from '../ui/clock/now.tsx';
import { followLive, type LiveState } from './follow.ts';
import { minIntervalMs } from './min-interval.ts';
import { createRefetchBatcher } from './refetch-batcher.ts';

const LiveContext = createContext<LiveState>({ kind: 'connecting' });
const SIGNED_OUT: LiveState = { kind: 'signed-out' };

/** Keeps everything on the screen fresh while a viewer is signed in, with one event stream for the page. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const connection = useConnection();
  const isAnswered = useIsAnswered();
  const client = useQueryClient();
  const isSignedIn = useIsSignedIn();
  const ticker = useTicker();
  const [state, setState] = useState<LiveState>({ kind: 'connecting' });
  useEffect(() => {
    if (!isSignedIn) return undefined;
    const timers = {
      setTimer: (run: () => void, ms: number) => window.setTimeout(run, ms),
      clearTimer: (timer: number) => window.clearTimeout(timer),
    };
    const batcher = createRefetchBatcher({
      ...timers,
      now: () => performance.now(),
      refetch: (queryKey) => client.invalidateQueries({ queryKey }),
      minIntervalMs,
    });
    const follower = followLive({
      ...timers,
      now: ticker.exact,
      events: (options) => jobEvents(connection, options),
      onEvent: (event) => batcher.add(staleKeys(event)),
      readAll: () => readAll(client),
      isAnswered,
      onState: setState,
    });
    const onVisibility = (): void => {
      batcher.setPaused(document.hidden);
      follower.setHidden(document.hidden);
    };
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      follower.stop();
      batcher.clear();
    };
  }, [connection, isAnswered, client, isSignedIn, ticker]);
  return <LiveContext value={isSignedIn ? state : SIGNED_OUT}>{children}</LiveContext>;
}

/** How fresh the page is. */
export function useLive(): LiveState {
  return useContext(LiveContext);
}

/** Reads everything on the screen again. */
async function readAll(client: QueryClient): Promise<void> {
  await Promise.all(LIVE_KEYS.map((queryKey) => client.invalidateQueries({ queryKey })));
}
