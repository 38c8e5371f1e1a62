import type { Page, Run } from '@greenvue/jobs/client';

/** The cursor of the first page: no cursor leads to it. */
export const FIRST = '';

/** The pages of a list that were read, and the cursor of each. */
export interface KnownPages<P extends Page<Run> = Page<Run>> {
  readonly pages: readonly P[];
  readonly pageParams: readonly unknown[];
}

interface PageQuery<P extends Page<Run>> {
  readonly known: KnownPages<P> | undefined;
  readonly cursor: string;
  readonly read: () => Promise<P>;
}

/** The first page takes up to this many new runs before the list is read again. */
const MAX_MERGED = 1_000;

/**
 * Refreshes a page of runs, newest first. Reads only the first page, and older ones until all their runs are
 * over, because those never change. So a refresh costs one page at any scroll position.
 */
export async function refreshPage<P extends Page<Run>>({ known, cursor, read }: PageQuery<P>): Promise<P> {
  const page = known?.pages[known.pageParams.indexOf(cursor)];
  if (page === undefined) return read();
  if (cursor === FIRST) return mergeFirstPage(page, await read());
  return page.data.every(isOver) ? page : read();
}

/**
 * The fresh first page plus the runs that newer ones pushed off it, so that the next page starts where it
 * did. Returns the fresh page alone where that would leave a gap or keep runs that may have changed.
 */
export function mergeFirstPage<P extends Page<Run>>(known: P, fresh: P): P {
  const last = fresh.data.at(-1);
  const place = known.data.findIndex(({ id }) => id === last?.id);
  if (fresh.next_cursor === null || place < 0) return fresh;
  const pushed = known.data.slice(place + 1);
  if (!pushed.every(isOver) || fresh.data.length + pushed.length > MAX_MERGED) return fresh;
  return { ...known, data: [...fresh.data, ...pushed] };
}

/** Whether a run has ended. A run postponed to the future is not live, but not over either. */
export function isOver({ status }: Pick<Run, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}
