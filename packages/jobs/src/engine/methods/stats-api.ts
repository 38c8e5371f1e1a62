import { runTimeline } from '../api/runs/timeline-api.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { Engine } from '../engine-port.ts';
import type { NodeActivity } from '../engine-stats.ts';
import { createHistory } from '../history/history.ts';
import { checkedArguments } from '../input/checked-arguments.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { createCounts } from '../stats/counts.ts';
import { KeptMinutes } from '../stats/kept-minutes.ts';
import { nodeStats, selfStats } from '../stats/node-stats.ts';

export interface StatsApiDeps extends EngineParts {
  readonly lifecycle: Pick<Lifecycle, 'membership' | 'requireStarted'>;
}

export function createStatsApi(
  deps: StatsApiDeps,
): Pick<Engine, 'stats' | 'history' | 'activity' | 'runTimeline'> {
  const { settings, store } = deps;
  const { clock } = settings;
  const countsOf = createCounts({ ...deps, clock });
  const keptMinutes = new KeptMinutes({ store, clock });
  const readHistory = createHistory(deps);
  return {
    async stats(...args) {
      const [query] = checkedArguments('stats', args);
      deps.lifecycle.requireStarted();
      const counts = countsOf(query ?? {});
      const [stored, known, health] = await Promise.all([
        counts.stored(),
        store.listNodes(),
        counts.health(),
      ]);
      const activity = activityOf(deps);
      const minutes = await keptMinutes.addTo(activity.minutes, activity.node.startedAt);
      const now = clock.now();
      const nodes = nodeStats(known, activity.node, now);
      return { ...stored, ...activity, minutes, now, health, nodes };
    },
    async history(...args) {
      const [query] = checkedArguments('history', args);
      deps.lifecycle.requireStarted();
      return readHistory(query);
    },
    async runTimeline(...args) {
      const [query] = checkedArguments('runTimeline', args);
      deps.lifecycle.requireStarted();
      return runTimeline(deps, query);
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
    pings: deps.pings.counts,
    pauseOfAll: deps.pauseState.current,
    node: selfStats(deps.lifecycle.membership.self, { now, isFailing: failingMs > 0 }),
    lease: deps.node.lease,
  };
}
