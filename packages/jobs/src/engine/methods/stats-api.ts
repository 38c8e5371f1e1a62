import { runTimeline } from '../api/runs/timeline-api.ts';
import type { EngineParts } from '../engine-parts.ts';
import { createHistory } from '../history/history.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { Engine } from '../ports/engine-port.ts';
import type { NodeActivity, NodeStats } from '../ports/engine-stats.ts';
import type { NodesApi } from '../ports/nodes-port.ts';
import { createCounts } from '../stats/counts.ts';
import { KeptMinutes } from '../stats/kept-minutes.ts';
import { nodeStats, selfStats } from '../stats/node-stats.ts';
import { createUpkeepRead } from '../stats/upkeep-read.ts';
import { createNodesApi } from './nodes-api.ts';

export interface StatsApiDeps extends EngineParts {
  readonly lifecycle: Pick<Lifecycle, 'membership' | 'requireStarted'>;
}

/** The methods about counts and nodes. `given` checks the arguments of a method. */
export function createStatsApi(
  deps: StatsApiDeps,
  given: typeof checkedArguments,
): Pick<Engine, 'stats' | 'history' | 'activity' | 'runTimeline' | 'limitWaits' | keyof NodesApi> {
  const { settings, store } = deps;
  const { clock } = settings;
  const countsOf = createCounts({ ...deps, clock });
  const readUpkeep = createUpkeepRead({ store, clock });
  const keptMinutes = new KeptMinutes({ store, clock });
  const readHistory = createHistory(deps);
  const listNodes = async () => nodeStats(await store.listNodes(), selfOf(deps), clock.now());
  return {
    async stats(...args) {
      const [query] = given('stats', args);
      const counts = countsOf(query ?? {});
      const [stored, known, health, database] = await Promise.all([
        counts.stored(),
        store.listNodes(),
        counts.health(),
        readUpkeep(),
      ]);
      const activity = activityOf(deps);
      const minutes = await keptMinutes.addTo(activity.minutes, activity.node.startedAt);
      const now = clock.now();
      const nodes = nodeStats(known, activity.node, now);
      return { ...stored, ...activity, minutes, now, health, nodes, database };
    },
    async history(...args) {
      const [query] = given('history', args);
      return readHistory(query);
    },
    async runTimeline(...args) {
      const [query] = given('runTimeline', args);
      return runTimeline(deps, query);
    },
    async limitWaits(...args) {
      given('limitWaits', args);
      return store.limitWaits(deps.registry.types.map(({ jobType: { type } }) => type));
    },
    activity: () => activityOf(deps),
    ...createNodesApi({ ...deps, listNodes }, given),
  };
}

function activityOf(deps: StatsApiDeps): NodeActivity {
  const { failingMs } = deps.dispatcher.failures;
  return {
    ...deps.meter.read(),
    settling: deps.settlements.unwritten,
    failingMs,
    listeners: deps.events.subscribers,
    pings: deps.pings.counts,
    pauseOfAll: deps.pauseState.current,
    node: selfOf(deps),
    lease: deps.node.lease,
  };
}

function selfOf({ dispatcher, settings, lifecycle }: StatsApiDeps): NodeStats {
  const isFailing = dispatcher.failures.failingMs > 0;
  return selfStats(lifecycle.membership.self, { now: settings.clock.now(), isFailing });
}
