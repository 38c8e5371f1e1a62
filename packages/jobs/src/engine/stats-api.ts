import type { EngineParts } from './engine-parts.ts';
import type { Engine } from './engine-port.ts';
import type { NodeActivity } from './engine-stats.ts';
import type { NodeMembership } from './lifecycle/node-membership.ts';
import { HealthCounter } from './stats/health-counter.ts';
import { nodeStats, selfStats } from './stats/node-stats.ts';

export interface StatsApiDeps extends EngineParts {
  readonly membership: NodeMembership;
}

export function createStatsApi(deps: StatsApiDeps): Pick<Engine, 'stats' | 'activity'> {
  const { settings, store } = deps;
  const { clock } = settings;
  const health = new HealthCounter({ ...deps, clock });
  return {
    async stats() {
      const [stored, known, counts] = await Promise.all([
        store.stats({ hours: 24 }),
        store.listNodes(),
        health.read(),
      ]);
      const now = clock.now();
      const activity = activityOf(deps);
      const nodes = nodeStats(known, activity.node, now);
      return { ...stored, ...activity, now, health: counts, nodes };
    },
    activity: () => activityOf(deps),
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
