import { getJobHistory, type JobHistoryQuery } from '@greenvue/jobs/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useConnection, useIsSignedIn } from '../../session/session.tsx';
import { queryKeys } from './query-keys.ts';

/** The jobs whose history is read. Empty: all jobs. */
export type HistoryOf = Pick<JobHistoryQuery, 'job_id' | 'type' | 'tag'>;
type Bounds = Pick<JobHistoryQuery, 'from' | 'to'>;

/** The counts are by hour or longer, and need no more than this. */
const HISTORY_EVERY_MS = 30_000;

/** Success rate, durations and lateness over a range. `bounds`: the range at an instant. */
export function useJobHistory<Range>({
  of,
  range,
  bounds,
}: {
  readonly of: HistoryOf;
  readonly range: Range;
  readonly bounds: (range: Range, now: number) => Bounds;
}) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.history({ of, range }),
    queryFn: ({ signal }) => getJobHistory(connection, { ...of, ...bounds(range, Date.now()) }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: isSignedIn ? HISTORY_EVERY_MS : false,
  });
}
