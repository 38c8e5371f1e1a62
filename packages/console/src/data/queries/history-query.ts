import { getJobHistory, type JobHistoryQuery } from '@greenvue/jobs/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useConnection, useIsSignedIn } from '../../session/session.tsx';
import { type Range, rangeBounds } from '../../ui/range/range.ts';
import { queryKeys } from './query-keys.ts';

/** The jobs whose history is read. An empty filter reads all jobs. */
export type HistoryOf = Pick<JobHistoryQuery, 'job_id' | 'type' | 'tag'>;

/** The counts are by hour or longer, and need no more than this. */
const HISTORY_EVERY_MS = 30_000;

/** Success rate, durations and lateness over a range. `isWanted`: whether to read them, and to keep on. */
export function useJobHistory(of: HistoryOf, range: Range, isWanted = true) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.history({ of, range }),
    queryFn: ({ signal }) =>
      getJobHistory(connection, { ...of, ...rangeBounds(range, Date.now()) }, { signal }),
    placeholderData: keepPreviousData,
    enabled: isWanted,
    refetchInterval: isSignedIn ? HISTORY_EVERY_MS : false,
  });
}
