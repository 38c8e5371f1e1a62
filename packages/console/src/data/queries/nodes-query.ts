import { listNodes } from '@greenvue/jobs/client';
import { useQuery } from '@tanstack/react-query';
import { useConnection, useIsScoped, useIsSignedIn } from '../../session/session.tsx';
import { queryKeys } from './query-keys.ts';

/** A page that shows only names of nodes takes those that it has. */
const NAMES_FRESH_MS = 60_000;

/**
 * The live nodes; the one that responds comes first. Nodes send no events, so they are read every `everyMs`.
 * A viewer who sees only some jobs sees no nodes, and does not ask.
 */
export function useNodes(everyMs?: number) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  const isScoped = useIsScoped();
  return useQuery({
    queryKey: queryKeys.nodes(),
    queryFn: ({ signal }) => listNodes(connection, { signal }),
    refetchInterval: isSignedIn && everyMs !== undefined ? everyMs : false,
    ...(everyMs === undefined ? { staleTime: NAMES_FRESH_MS } : {}),
    enabled: !isScoped,
  });
}
