import type { Clock } from '../../core/clock.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { HealthCounts, StoreStats } from '../../core/store/store-views.ts';
import { type CountHealthDeps, countHealth } from './count-health.ts';
import { PacedRead } from './paced-read.ts';

/** Hours of finished runs. */
const HOURS = 24;
/** Prefixes whose slow counts are kept. */
const MOST_PREFIXES = 1_000;

export interface CountsDeps extends CountHealthDeps {
  readonly store: Pick<JobStore, 'countHealth' | 'stats'>;
  readonly clock: Clock;
}

/** The counts of all jobs, or of those with a prefix. */
export interface Counts {
  stored(): Promise<StoreStats>;
  health(): Promise<HealthCounts>;
}

/** Keeps the counts that are slow to read, of all jobs and of each prefix that is asked for. */
export function createCounts(deps: CountsDeps): (idPrefix: string | undefined) => Counts {
  const ofAll = countsOfAll(deps);
  const ofPrefix = new Map<string, Counts>();
  return (idPrefix) => {
    if (idPrefix === undefined) return ofAll;
    const known = ofPrefix.get(idPrefix);
    if (known !== undefined) return known;
    const [oldest] = ofPrefix.keys();
    if (oldest !== undefined && ofPrefix.size >= MOST_PREFIXES) ofPrefix.delete(oldest);
    const counts = countsOfPrefix(deps, idPrefix);
    ofPrefix.set(idPrefix, counts);
    return counts;
  };
}

function countsOfAll(deps: CountsDeps): Counts {
  const health = new PacedRead(deps.clock, () => countHealth(deps));
  return { stored: () => deps.store.stats({ hours: HOURS }), health: () => health.read() };
}

/** Only all runs together are counted by hour as they end; those of some jobs are counted when asked for. */
function countsOfPrefix(deps: CountsDeps, idPrefix: string): Counts {
  const { store, clock } = deps;
  const health = new PacedRead(clock, () => countHealth(deps, idPrefix));
  const hours = new PacedRead(clock, async () => (await store.stats({ idPrefix, hours: HOURS })).hours);
  return {
    stored: async () => {
      const [stored, counted] = await Promise.all([store.stats({ idPrefix, hours: 0 }), hours.read()]);
      return { ...stored, hours: counted };
    },
    health: () => health.read(),
  };
}
