import type { Clock } from '../../core/clock.ts';
import { isOfAllJobs, type JobsRead } from '../../core/filters/jobs-read.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { HealthCounts, StoreStats } from '../../core/store/store-views.ts';
import { type CountHealthDeps, countHealth } from './count-health.ts';
import { PacedRead } from './paced-read.ts';

/** Hours of finished runs. */
const HOURS = 24;
/** Queries whose slow counts are kept. */
const MOST_QUERIES = 1_000;

export interface CountsDeps extends CountHealthDeps {
  readonly store: Pick<JobStore, 'countHealth' | 'stats'>;
  readonly clock: Clock;
}

/** The counts of all jobs, or of those that a query is about. */
export interface Counts {
  stored(): Promise<StoreStats>;
  health(): Promise<HealthCounts>;
}

/** Keeps the counts that are slow to read, of all jobs and of each query that is asked. */
export function createCounts(deps: CountsDeps): (which: JobsRead) => Counts {
  const ofAll = countsOfAll(deps);
  const ofSome = new Map<string, Counts>();
  return (which) => {
    if (isOfAllJobs(which)) return ofAll;
    const { idPrefix, tags, anyTag } = which;
    const key = JSON.stringify([idPrefix, tags, anyTag]);
    const known = ofSome.get(key);
    if (known !== undefined) return known;
    const [oldest] = ofSome.keys();
    if (oldest !== undefined && ofSome.size >= MOST_QUERIES) ofSome.delete(oldest);
    const counts = countsOfSome(deps, { idPrefix, tags, anyTag });
    ofSome.set(key, counts);
    return counts;
  };
}

function countsOfAll(deps: CountsDeps): Counts {
  const health = new PacedRead(deps.clock, () => countHealth(deps));
  return { stored: () => deps.store.stats({ hours: HOURS }), health: () => health.read() };
}

/** Only all runs together are counted by hour as they end; those of some jobs are counted when asked for. */
function countsOfSome(deps: CountsDeps, which: JobsRead): Counts {
  const { store, clock } = deps;
  const health = new PacedRead(clock, () => countHealth(deps, which));
  const hours = new PacedRead(clock, async () => (await store.stats({ ...which, hours: HOURS })).hours);
  return {
    stored: async () => {
      const [stored, counted] = await Promise.all([store.stats({ ...which, hours: 0 }), hours.read()]);
      return { ...stored, hours: counted };
    },
    health: () => health.read(),
  };
}
