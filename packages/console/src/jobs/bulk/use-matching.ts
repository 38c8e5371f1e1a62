import { useState } from 'react';
import { useBulkPlan } from '../../bulk/use-bulk-plan.ts';
import { type JobFilters, writeFilters } from '../filter/filters.ts';
import { matchingOf } from './job-choice.ts';

/** Whether all jobs that match the filters are selected, and how many these are. */
export interface Matching {
  /** Until `clear` or other filters: jobs that are loaded later are selected, too. */
  readonly isAll: boolean;
  /** 0 while it is not known. A question counts again. */
  readonly count: number;
  readonly selectAll: () => void;
  readonly clear: () => void;
}

/**
 * Counts the matching jobs on the server once `isOffered`: all loaded jobs are selected, and there are more.
 */
export function useMatching(filters: JobFilters, isOffered: boolean): Matching {
  const [chosen, setChosen] = useState<string>();
  const query = writeFilters(filters);
  // Other filters match other jobs.
  const isChosen = chosen === query;
  const isAsked = isOffered || isChosen;
  const { data } = useBulkPlan(
    { target: 'jobs', body: { action: 'pause', ...matchingOf(filters) } },
    { number: 0, isOpen: isAsked },
  );
  const count = isAsked ? (data?.total ?? 0) : 0;
  return {
    isAll: isChosen && count > 0,
    count,
    selectAll: () => setChosen(query),
    clear: () => setChosen(undefined),
  };
}
