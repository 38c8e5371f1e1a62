import { queryKeys } from '../data/query-keys.ts';
import { MIN_INTERVAL_MS } from './refetch-batcher.ts';

const INTERVALS_MS: ReadonlyMap<unknown, number> = new Map([
  // The counts change with every run, and nobody reads them faster.
  [queryKeys.stats()[0], 1_000],
  // A log that grows is read once a second anyway.
  [queryKeys.runLogs()[0], 1_000],
  // The first of all jobs: the server looks through all of them to tell.
  [queryKeys.topJobs()[0], 5_000],
]);

/** How far apart two readings of a key are at the least, in ms, however often it gets stale. */
export function minIntervalMs([name]: readonly unknown[]): number {
  return INTERVALS_MS.get(name) ?? MIN_INTERVAL_MS;
}
