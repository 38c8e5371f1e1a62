import { bulkJobs } from '@greenvue/jobs/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queryKeys } from '../../data/queries/query-keys.ts';
import { useConnection } from '../../session/session.tsx';
import { type JobFilters, writeFilters } from '../filter/filters.ts';
import { matchingOf } from './job-choice.ts';

/** Whether all jobs that match the filters are selected, and how many these are. */
export interface Matching {
  readonly isAll: boolean;
  /** 0 while it is not known. */
  readonly count: number;
  readonly selectAll: () => void;
  readonly clear: () => void;
}

/** Counts on the server, with a dry run, once `isAsked`: all loaded jobs are selected, and there are more. */
export function useMatching(filters: JobFilters, isAsked: boolean): Matching {
  const connection = useConnection();
  const [chosen, setChosen] = useState<string>();
  const query = writeFilters(filters);
  const body = { action: 'pause', ...matchingOf(filters), dry_run: true } as const;
  const { data } = useQuery({
    queryKey: queryKeys.bulkCount(body),
    queryFn: ({ signal }) => bulkJobs(connection, body, { signal }),
    enabled: isAsked,
    // It can change at any time, and a question shows it again.
    staleTime: 0,
  });
  const count = isAsked ? (data?.total ?? 0) : 0;
  return {
    // Other filters match other jobs.
    isAll: chosen === query && count > 0,
    count,
    selectAll: () => setChosen(query),
    clear: () => setChosen(undefined),
  };
}
