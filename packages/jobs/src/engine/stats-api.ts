import type { JobsRead } from '../core/store/store-views.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Engine } from './engine-port.ts';
import type { NodeActivity } from './engine-stats.ts';
import { checkedArguments } from './input/checked-arguments.ts';
import type { NodeMembership } from './lifecycle/node-membership.ts';
import { HealthCounter } from './stats/health-counter.ts';
import { nodeStats, selfStats } from './stats/node-stats.ts';

export interface StatsApiDeps extends EngineParts {
  readonly membership: NodeMembership;
}

export function createStatsApi(deps: StatsApiDeps): Pick<Engine, 'stats' | 'activity'> {
  const { settings, store } = deps;
  const { clock } = settings;
  const healthOf = healthCounters(deps);
  return {
    async stats(...args) {
      const [query = {}] = checkedArguments('stats', args);
      const [stored, known, counts] = await Promise.all([
        store.stats({ ...query, hours: 24 }),
        store.listNodes(),
        healthOf(query).read(),
      ]);
      const now = clock.now();
      const activity = activityOf(deps);
      const nodes = nodeStats(known, activity.node, now);
      return { ...stored, ...activity, now, health: counts, nodes };
    },
    activity: () => activityOf(deps),
  };
}

/** Prefixes whose counts of health are kept. */
const MOST_PREFIXES = 1_000;

/** One counter for all jobs, and one for each prefix that is asked for. */
function healthCounters(deps: StatsApiDeps): (query: JobsRead) => HealthCounter {
  const { clock } = deps.settings;
  const ofAll = new HealthCounter({ ...deps, clock });
  const ofPrefix = new Map<string, HealthCounter>();
  return ({ idPrefix }) => {
    if (idPrefix === undefined) return ofAll;
    const known = ofPrefix.get(idPrefix);
    if (known !== undefined) return known;
    const counter = new HealthCounter({ ...deps, clock, idPrefix });
    const [oldest] = ofPrefix.keys();
    if (oldest !== undefined && ofPrefix.size >= MOST_PREFIXES) ofPrefix.delete(oldest);
    ofPrefix.set(idPrefix, counter);
    return counter;
  };
}

function activityOf(deps: StatsApiDeps): NodeActivity {
  const { failingMs } = deps.dispatcher.failures;
  const now = deps.settings.clock.now();
  return {
    ...deps.meter.read(),
    settling: deps.settlements.unwritten,
    failingMs,
    listeners: deps.events.subscribers,
    node: selfStats(deps.membership.self, { now, isFailing: failingMs > 0 }),
    lease: deps.node.lease,
  };
}
