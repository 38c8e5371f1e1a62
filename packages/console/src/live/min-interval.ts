import { queryKeys } from '../data/queries/query-keys.ts';
import { MIN_INTERVAL_MS } from './refetch-batcher.ts';

const INTERVALS_MS: ReadonlyMap<unknown, number> = new Map([
  // Every run changes the counts, and people do not read them faster than this.
  [queryKeys.stats()[0], 1_000],
  // A growing log is read every second by its own timer.
  [queryKeys.runLogs()[0], 1_000],
  // The server reads all failures of the range to group them.
  [queryKeys.failures()[0], 5_000],
  // The server reads up to 100,000 runs.
  [queryKeys.timeline()[0], 5_000],
  // The server computes the slots of all jobs.
  [queryKeys.forecast()[0], 5_000],
  // The server looks through all jobs for the first of them.
  [queryKeys.topJobs()[0], 5_000],
]);

/** The minimum time between two reads of a key, in ms. */
export function minIntervalMs([name]: readonly unknown[]): number {
  return INTERVALS_MS.get(name) ?? MIN_INTERVAL_MS;
}
