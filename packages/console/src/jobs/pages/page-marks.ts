import type { Job } from '@greenvue/jobs/client';
import { type JobMark, markOf } from '../../data/job-mark.ts';

/**
 * A page that was read. Pages out of sight keep only their marks, some hundred bytes a job, so that rows keep
 * their place and can be read again.
 */
interface PageMark {
  readonly cursor: string | undefined;
  readonly rows: readonly JobMark[];
  readonly jobs: readonly Job[] | undefined;
  readonly next: string | null;
}

/** A page as the server sent it. */
interface PageRead {
  readonly cursor: string | undefined;
  readonly page: { readonly data: readonly Job[]; readonly next_cursor: string | null };
}

/** All pages read so far, from the first one, without gaps. */
export type PageMarks = readonly PageMark[];

/**
 * Adds or updates a page. A last page ends the list. If a page has a new end, the next page has a new cursor
 * and is read again.
 */
export function withPage(marks: PageMarks, index: number, { cursor, page }: PageRead): PageMarks {
  if (!canBeRead(marks, index) || cursor !== cursorAt(marks, index)) return marks;
  const known = marks[index];
  if (known?.cursor === cursor && known?.jobs === page.data && known.next === page.next_cursor) return marks;
  const mark: PageMark = { cursor, rows: page.data.map(markOf), jobs: page.data, next: page.next_cursor };
  return [...marks.slice(0, index), mark, ...(mark.next === null ? [] : marks.slice(index + 1))];
}

/** Drops the jobs of pages outside `whole` and keeps their marks, which bounds the memory of a long list. */
export function withJobsOnlyOf(marks: PageMarks, whole: readonly number[]): PageMarks {
  const isThin = marks.every(({ jobs }, index) => jobs === undefined || whole.includes(index));
  if (isThin) return marks;
  return marks.map((mark, index) => (whole.includes(index) ? mark : { ...mark, jobs: undefined }));
}

/**
 * The cursor of a page; undefined for the first page and for pages that cannot be read yet ({@link
 * canBeRead}).
 */
export function cursorAt(marks: PageMarks, index: number): string | undefined {
  return marks[index - 1]?.next ?? undefined;
}

/** Whether the start of the page is known. */
export function canBeRead(marks: PageMarks, index: number): boolean {
  return index === 0 || cursorAt(marks, index) !== undefined;
}

/** Whether jobs follow the last page; true before the first page is read. */
export function hasMore(marks: PageMarks): boolean {
  return marks.at(-1)?.next !== null;
}

/** The rows of all pages, in order. */
export function allRows(marks: PageMarks): readonly JobMark[] {
  return marks.flatMap(({ rows }) => rows);
}

/** A row's page, and its index in it. */
interface RowPlace {
  readonly page: number;
  readonly at: number;
}

/** The first row of each page, then the start of a possible next page. */
export function pageStarts(marks: PageMarks): readonly number[] {
  const starts = [0];
  let rows = 0;
  for (const mark of marks) {
    rows += mark.rows.length;
    starts.push(rows);
  }
  return starts;
}

/** The page of a row: the last one that starts at or before it. */
export function placeOf(starts: readonly number[], row: number): RowPlace {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  return { page: low, at: row - (starts[low] ?? 0) };
}

export interface InSight {
  readonly first: number;
  readonly last: number;
}

/** The pages to keep with their jobs: the visible ones, and the next one once its rows are within `ahead`. */
export function pagesInSight(marks: PageMarks, { first, last }: InSight, ahead: number): readonly number[] {
  const starts = pageStarts(marks);
  const from = placeOf(starts, Math.max(0, first)).page;
  const to = placeOf(starts, Math.max(first, last + ahead)).page;
  const pages = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return pages.filter((page) => canBeRead(marks, page));
}
