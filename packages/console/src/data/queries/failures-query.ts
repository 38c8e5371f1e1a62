import { type FailuresQuery, listRunFailures } from '@greenvue/jobs/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useConnection } from '../../session/session.tsx';
import { type Range, rangeBounds } from '../../ui/range/range.ts';
import { queryKeys } from './query-keys.ts';
import { FIRST } from './run-pages.ts';

/** The causes of failures in a range by page. A refresh reads all pages that are shown. */
export function useRunFailures(range: Range, query: Omit<FailuresQuery, 'cursor' | 'hours' | 'from' | 'to'>) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.failures({ ...query, range }),
    queryFn: ({ pageParam, signal }) =>
      listRunFailures(
        connection,
        {
          ...query,
          ...rangeBounds(range, Date.now()),
          ...(pageParam === FIRST ? {} : { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}
