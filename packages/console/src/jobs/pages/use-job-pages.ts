import { type Connection, type Job, listJobs } from '@greenvue/jobs/client';
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { JobMark } from '../../data/job-mark.ts';
import { queryKeys } from '../../data/queries/query-keys.ts';
import { useConnection } from '../../session/session.tsx';
import type { JobFilters } from '../filter/filters.ts';
import {
  allRows,
  cursorAt,
  hasMore,
  type InSight,
  type PageMarks,
  pageStarts,
  pagesInSight,
  placeOf,
  withJobsOnlyOf,
  withPage,
} from './page-marks.ts';

/** Jobs per page: one or two screens. */
const PAGE_ROWS = 50;
/** The next page is read when its first row is this close. */
const AHEAD = 20;
/** The number of marks in a run strip. */
const RECENT_RUNS = 12;
/**
 * Pages out of sight leave the cache after this time, or scrolling through a long list would fill the memory.
 */
const FORGET_AFTER_MS = 10_000;
const NO_PAGES: PageMarks = [];

/** A row of the list. `job` is undefined while its page is read. */
export interface ListRow {
  readonly mark: JobMark;
  readonly job: Job | undefined;
  /** Distinguishes rows of different pages: a job that moves during scrolling may be on two pages. */
  readonly key: string;
}

/** The known part of a list. */
export interface JobList {
  /** All rows read so far. */
  readonly rows: readonly JobMark[];
  /** Whether more rows follow. */
  readonly hasMore: boolean;
  readonly rowAt: (row: number) => ListRow | undefined;
  readonly marks: PageMarks;
  readonly setMarks: (marks: PageMarks) => void;
}

/**
 * The filters that the table shows: the old ones until the first page of the new ones arrives. That page
 * always stays fresh, because it tells whether any job matches.
 */
export function useShownFilters(filters: JobFilters) {
  const connection = useConnection();
  const first = useQuery(pageOptions(connection, filters, undefined));
  const [shown, setShown] = useState<JobFilters>();
  if (first.data !== undefined && shown !== filters) setShown(filters);
  return { first, shown: first.data === undefined ? shown : filters };
}

/**
 * The known part of the filtered list, starting with `known`. {@link usePagesInSight} reads the visible
 * pages.
 */
export function useJobPages(filters: JobFilters, known: PageMarks = NO_PAGES): JobList {
  const [held, setHeld] = useState({ filters, marks: known });
  const marks = held.filters === filters ? held.marks : NO_PAGES;
  const setMarks = useCallback((next: PageMarks) => setHeld({ filters, marks: next }), [filters]);
  return useMemo(() => {
    const starts = pageStarts(marks);
    const rows = allRows(marks);
    const rowAt = (row: number): ListRow | undefined => {
      const { page, at } = placeOf(starts, row);
      const mark = marks[page]?.rows[at];
      return mark === undefined
        ? undefined
        : { mark, job: marks[page]?.jobs?.[at], key: `${page} ${mark.id}` };
    };
    return { rows, hasMore: hasMore(marks), rowAt, marks, setMarks };
  }, [marks, setMarks]);
}

interface Looking {
  readonly filters: JobFilters;
  readonly list: JobList;
  readonly sight: InSight;
}

/**
 * Reads the visible pages and the next one, and keeps and refreshes only those. So 100,000 jobs cost as
 * little as 100. (An infinite query would keep and refresh every page so far.)
 */
export function usePagesInSight({ filters, list, sight }: Looking) {
  const connection = useConnection();
  const { marks, setMarks } = list;
  const pages = pagesInSight(marks, sight, AHEAD);
  const reads = useQueries({
    queries: pages.map((page) => pageOptions(connection, filters, cursorAt(marks, page))),
  });
  let next = withJobsOnlyOf(marks, pages);
  for (const [at, index] of pages.entries()) {
    const page = reads[at]?.data;
    if (page !== undefined) next = withPage(next, index, { cursor: cursorAt(marks, index), page });
  }
  // Derived from the reads: React renders again before anything is shown.
  if (next !== marks) setMarks(next);

  const failed = reads.flatMap(({ error, dataUpdatedAt }, at) =>
    error === null ? [] : [{ error, readAt: dataUpdatedAt, isKnown: (pages[at] ?? 0) < marks.length }],
  );
  return {
    /** Pages that were read before and cannot be read now. Their rows may be out of date. */
    stale: failed.find(({ isKnown }) => isKnown),
    /** Why the next rows cannot be read. */
    endError: failed.find(({ isKnown }) => !isKnown)?.error,
    retry: () => {
      for (const read of reads) {
        // The next result has the outcome.
        if (read.isError) void read.refetch();
      }
    },
  };
}

function pageOptions(connection: Connection, filters: JobFilters, cursor: string | undefined) {
  const query = {
    ...filters,
    limit: PAGE_ROWS,
    recent_runs: RECENT_RUNS,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return queryOptions({
    queryKey: queryKeys.jobs(query),
    queryFn: ({ signal }) => listJobs(connection, query, { signal }),
    gcTime: FORGET_AFTER_MS,
  });
}
