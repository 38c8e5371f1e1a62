import type { JobStore } from '../core/store/store.ts';
import type { Engine } from './engine-port.ts';
import type { NodeActivity } from './engine-stats.ts';
import type { EventFeed } from './events/event-feed.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import type { Node } from './nodes/node.ts';
import type { Settings } from './options.ts';
import type { Dispatcher } from './pass/dispatcher.ts';
import type { Settlements } from './settling/settlements.ts';
import { HealthCounter } from './stats/health-counter.ts';
import type { Meter } from './stats/meter.ts';
import { nodeStats, selfStats } from './stats/node-stats.ts';

export interface StatsApiDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly node: Node;
  readonly lifecycle: Pick<Lifecycle, 'membership'>;
  readonly dispatcher: Dispatcher;
  readonly settlements: Settlements;
  readonly events: EventFeed;
  readonly meter: Meter;
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
      return {
        ...stored,
        ...activity,
        now,
        health: counts,
        nodes: nodeStats(known, activity.node, now),
      };
    },
    activity: () => activityOf(deps),
  };
}

function activityOf({
  settings,
  node,
  lifecycle,
  dispatcher,
  settlements,
  events,
  meter,
}: StatsApiDeps): NodeActivity {
  const { failingMs } = dispatcher.failures;
  return {
    ...meter.read(),
    settling: settlements.unwritten,
    failingMs,
    listeners: events.subscribers,
    node: selfStats(lifecycle.membership.self, { now: settings.clock.now(), isFailing: failingMs > 0 }),
    lease: node.lease,
  };
}
