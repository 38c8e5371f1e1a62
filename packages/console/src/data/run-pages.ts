import type { Page, Run } from '@greenvue/jobs/client';

/** The page before which there is none: no cursor leads to it. */
export const FIRST = '';

/** What was read of a list: its pages, and the cursor of each. */
export interface KnownPages {
  readonly pages: readonly Page<Run>[];
  readonly pageParams: readonly unknown[];
}

interface PageWish {
  readonly known: KnownPages | undefined;
  readonly cursor: string;
  readonly read: () => Promise<Page<Run>>;
}

/** So many runs grow onto the first page while it is open, before the list is read anew. */
const MOST_JOINED = 1_000;

/**
 * A page of runs, newest first, when a list is read again: what is over changes no more, so only the first
 * page is asked for, and those further back until all their runs are over. However many pages somebody has
 * scrolled through, a refresh costs one.
 */
export async function freshPage({ known, cursor, read }: PageWish): Promise<Page<Run>> {
  const page = known?.pages[known.pageParams.indexOf(cursor)];
  if (page === undefined) return read();
  if (cursor === FIRST) return joined(page, await read());
  return page.data.every(isOver) ? page : read();
}

/**
 * The first page as it is now, with what the new runs have pushed off it, so that the next page begins where
 * it did. As it came, where that would leave a gap, or keep what may have changed.
 */
export function joined(known: Page<Run>, fresh: Page<Run>): Page<Run> {
  const last = fresh.data.at(-1);
  const place = known.data.findIndex(({ id }) => id === last?.id);
  if (fresh.next_cursor === null || place < 0) return fresh;
  const pushed = known.data.slice(place + 1);
  if (!pushed.every(isOver) || fresh.data.length + pushed.length > MOST_JOINED) return fresh;
  return { data: [...fresh.data, ...pushed], next_cursor: known.next_cursor };
}

/** Nothing comes of it any more. One that is put off to a time to come is not over, though it is not live. */
export function isOver({ status }: Pick<Run, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}
