import { type Connection, type Job, listJobs } from '@greenvue/jobs/client';
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { JobMark } from '../../data/job-mark.ts';
import { queryKeys } from '../../data/query-keys.ts';
import { useConnection } from '../../session/session.tsx';
import type { JobFilters } from '../filter/filters.ts';
import {
  allRows,
  cursorAt,
  hasMore,
  type InSight,
  noted,
  type PageMarks,
  pageStarts,
  pagesInSight,
  placeOf,
  thinned,
} from './page-marks.ts';

/** Jobs of a page: a screen or two. */
const PAGE_ROWS = 50;
/** The next page is asked for when its first row is so many rows away. */
const AHEAD = 20;
/** As many as a strip shows. */
const RECENT_RUNS = 12;
/** Pages out of sight are forgotten after that: scrolled through, a long list must not pile up in memory. */
const FORGET_AFTER_MS = 10_000;
const NO_PAGES: PageMarks = [];

/** A row of the list; `job` is undefined while its page is read (again). */
export interface ListRow {
  readonly mark: JobMark;
  readonly job: Job | undefined;
  /** Tells rows of different pages apart: a job that moves while one scrolls may be on two. */
  readonly key: string;
}

/** What is known of a list so far. */
export interface JobList {
  /** All rows read so far. */
  readonly rows: readonly JobMark[];
  /** Whether there are more behind them. */
  readonly hasMore: boolean;
  readonly rowAt: (row: number) => ListRow | undefined;
  readonly marks: PageMarks;
  readonly setMarks: (marks: PageMarks) => void;
}

/**
 * Which filters the table shows: the rows of those before stay until the first page of the new ones is there.
 * That page is kept up to date at all times, since it tells whether there is anything at all.
 */
export function useShownFilters(filters: JobFilters) {
  const connection = useConnection();
  const first = useQuery(pageOptions(connection, filters, undefined));
  const [shown, setShown] = useState<JobFilters>();
  if (first.data !== undefined && shown !== filters) setShown(filters);
  return { first, shown: first.data === undefined ? shown : filters };
}

/**
 * What is known of the list that the filters ask for: at first nothing, or what was `known` before. {@link
 * usePagesInSight} reads what is looked at.
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
 * Reads the pages in sight, and the next one when it comes near; only those are kept whole, and read again
 * when something changes. So 100,000 jobs cost as little as 100, in memory and per refresh, wherever one
 * looks. (An infinite query keeps all pages so far, and reads all of them again, one after the other.)
 */
export function usePagesInSight({ filters, list, sight }: Looking) {
  const connection = useConnection();
  const { marks, setMarks } = list;
  const pages = pagesInSight(marks, sight, AHEAD);
  const reads = useQueries({
    queries: pages.map((page) => pageOptions(connection, filters, cursorAt(marks, page))),
  });
  let next = thinned(marks, pages);
  for (const [at, index] of pages.entries()) {
    const page = reads[at]?.data;
    if (page !== undefined) next = noted(next, index, { cursor: cursorAt(marks, index), page });
  }
  // Derived from what was read: React draws anew at once, before anything is shown.
  if (next !== marks) setMarks(next);

  const failed = reads.flatMap(({ error, dataUpdatedAt }, at) =>
    error === null ? [] : [{ error, readAt: dataUpdatedAt, isKnown: (pages[at] ?? 0) < marks.length }],
  );
  return {
    /** Pages that were read once and can't be now; what is shown of them may not hold any more. */
    stale: failed.find(({ isKnown }) => isKnown),
    /** Why there are no more rows, although there are more jobs. */
    endError: failed.find(({ isKnown }) => !isKnown)?.error,
    retry: () => {
      for (const read of reads) {
        // What comes of it is in the next result.
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
