import { getRunTimeline, type RunTimelineQuery } from '@greenvue/jobs/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useConnection, useIsSignedIn } from '../../session/session.tsx';
import { queryKeys } from './query-keys.ts';

/** How often the end of a window moves that ends now. Runs are events besides. */
const TIMELINE_EVERY_MS = 15_000;
const PAST_FRESH_MS = 60_000;

interface TimelineRead<Time> {
  /** What identifies the window: its bounds move if it ends now. */
  readonly time: Time;
  readonly isLive: boolean;
  readonly query: Omit<RunTimelineQuery, 'from' | 'to'>;
  readonly bounds: (now: number) => { readonly from: number; readonly to: number };
}

/** What ran in a window, by job or by node. */
export function useRunTimeline<Time>({ time, isLive, query, bounds }: TimelineRead<Time>) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: isLive ? queryKeys.timeline({ time, query }) : queryKeys.pastTimeline({ time, query }),
    queryFn: ({ signal }) => {
      const { from, to } = bounds(Date.now());
      const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      return getRunTimeline(connection, { ...query, ...range }, { signal });
    },
    placeholderData: keepPreviousData,
    ...(isLive
      ? { refetchInterval: isSignedIn ? TIMELINE_EVERY_MS : (false as const) }
      : { staleTime: PAST_FRESH_MS }),
  });
}
