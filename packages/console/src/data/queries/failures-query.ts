import { type FailuresQuery, listRunFailures } from '@greenvue/jobs/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useConnection } from '../../session/session.tsx';
import { queryKeys } from './query-keys.ts';
import { FIRST } from './run-pages.ts';

/** The causes of failures by page. A refresh reads all pages that are shown. */
export function useRunFailures(query: Omit<FailuresQuery, 'cursor'>) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.failures(query),
    queryFn: ({ pageParam, signal }) =>
      listRunFailures(
        connection,
        { ...query, ...(pageParam === FIRST ? {} : { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}
