import type { Job } from '@greenvue/jobs/client';
import { type JobMark, markOf } from '../../data/job-mark.ts';

/**
 * One page that was read once. Only what is in sight is kept whole; of the others their marks stay, some
 * hundred bytes a job, so that their rows keep their places and can be read again.
 */
interface PageMark {
  readonly cursor: string | undefined;
  readonly rows: readonly JobMark[];
  readonly jobs: readonly Job[] | undefined;
  readonly next: string | null;
}

/** A page as it was read. */
interface PageRead {
  readonly cursor: string | undefined;
  readonly page: { readonly data: readonly Job[]; readonly next_cursor: string | null };
}

/** All pages read so far, from the first on, without gaps. */
export type PageMarks = readonly PageMark[];

/**
 * The pages with one of them read (anew). The last page ends the list, so that none can stand behind it; one
 * that ends elsewhere than before changes where the next begins, which is then read again under its new
 * cursor.
 */
export function noted(marks: PageMarks, index: number, { cursor, page }: PageRead): PageMarks {
  if (!canBeRead(marks, index) || cursor !== cursorAt(marks, index)) return marks;
  const known = marks[index];
  if (known?.cursor === cursor && known?.jobs === page.data && known.next === page.next_cursor) return marks;
  const mark: PageMark = { cursor, rows: page.data.map(markOf), jobs: page.data, next: page.next_cursor };
  return [...marks.slice(0, index), mark, ...(mark.next === null ? [] : marks.slice(index + 1))];
}

/**
 * The pages with only the marks kept of those that are not among `whole`: what bounds the memory of a long
 * list.
 */
export function thinned(marks: PageMarks, whole: readonly number[]): PageMarks {
  const isThin = marks.every(({ jobs }, index) => jobs === undefined || whole.includes(index));
  if (isThin) return marks;
  return marks.map((mark, index) => (whole.includes(index) ? mark : { ...mark, jobs: undefined }));
}

/** Where the page begins; undefined for the first, and for one that can't be read yet ({@link canBeRead}). */
export function cursorAt(marks: PageMarks, index: number): string | undefined {
  return marks[index - 1]?.next ?? undefined;
}

/** Whether it is known where the page begins. */
export function canBeRead(marks: PageMarks, index: number): boolean {
  return index === 0 || cursorAt(marks, index) !== undefined;
}

/** Whether there are jobs behind the last page read; before the first is read, nobody knows: true. */
export function hasMore(marks: PageMarks): boolean {
  return marks.at(-1)?.next !== null;
}

/** The rows of all pages, in their order. */
export function allRows(marks: PageMarks): readonly JobMark[] {
  return marks.flatMap(({ rows }) => rows);
}

/** A row's page, and its place in it. */
interface RowPlace {
  readonly page: number;
  readonly at: number;
}

/** The first row of each page; one more for where a further page would begin. */
export function pageStarts(marks: PageMarks): readonly number[] {
  const starts = [0];
  let rows = 0;
  for (const mark of marks) {
    rows += mark.rows.length;
    starts.push(rows);
  }
  return starts;
}

/** The page that a row is on: the last one that begins at or before it. */
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

/**
 * The pages to keep whole: those in sight, and the one behind as soon as its rows are `ahead` or fewer away.
 */
export function pagesInSight(marks: PageMarks, { first, last }: InSight, ahead: number): readonly number[] {
  const starts = pageStarts(marks);
  const from = placeOf(starts, Math.max(0, first)).page;
  const to = placeOf(starts, Math.max(first, last + ahead)).page;
  const pages = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return pages.filter((page) => canBeRead(marks, page));
}
