import { getJobVersion, listJobVersions } from '@greenvue/jobs/client';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useConnection } from '../../session/session.tsx';
import { queryKeys } from './query-keys.ts';
import { FIRST } from './run-pages.ts';

/** The definitions that a job has and had, newest first. */
export function useJobVersions(jobId: string) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.jobVersions(jobId),
    queryFn: ({ pageParam, signal }) =>
      listJobVersions(connection, jobId, pageParam === FIRST ? {} : { cursor: pageParam }, { signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** One definition, which never changes. */
export function useJobVersion({ id, uid }: { readonly id: string; readonly uid: string }, version: number) {
  const connection = useConnection();
  return useQuery({
    queryKey: ['job-version', uid, version],
    queryFn: ({ signal }) => getJobVersion(connection, id, version, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
