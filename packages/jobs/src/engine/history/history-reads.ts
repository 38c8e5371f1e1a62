import type { Clock } from '../../core/clock.ts';
import { isOfAllJobs } from '../../core/filters/jobs-read.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { HistoryCount, HistoryQuery } from '../../core/store/store-views.ts';
import { PacedRead } from '../stats/paced-read.ts';

type Counts = readonly HistoryCount[] | undefined;

/** Queries of callers with a scope whose answers are kept. */
const MOST_KEPT = 100;

/**
 * Reads history. The runs of all jobs of a scope are counted when asked for, which may take long: such a
 * read is kept for some seconds, as the counts of `stats` are.
 */
export function createHistoryReads({
  store,
  clock,
}: {
  readonly store: Pick<JobStore, 'history'>;
  readonly clock: Clock;
}): (query: HistoryQuery) => Promise<Counts> {
  const kept = new Map<string, PacedRead<Counts>>();
  return (query) => {
    if (isOfAllJobs({ idPrefix: query.idPrefix, anyTag: query.anyTag }) || query.jobId !== undefined)
      return store.history(query);
    const key = JSON.stringify(query);
    const known = kept.get(key);
    if (known !== undefined) return known.read();
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= MOST_KEPT) kept.delete(oldest);
    const read = new PacedRead(clock, () => store.history(query));
    kept.set(key, read);
    return read.read();
  };
}
