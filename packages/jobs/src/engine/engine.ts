import { createJobApi } from './api/job-api.ts';
import { jobTypeInfo } from './api/job-type-info.ts';
import { createRunApi } from './api/run-api.ts';
import { createStoreWrites } from './api/store-writes.ts';
import type { Engine } from './engine-port.ts';
import { EventFeed } from './events/event-feed.ts';
import { createRegistry } from './job-types/registry.ts';
import { Lifecycle } from './lifecycle/lifecycle.ts';
import { NodeMembership } from './lifecycle/node-membership.ts';
import { Pruner } from './lifecycle/pruner.ts';
import { Node } from './nodes/node.ts';
import { type EngineOptions, settingsOf } from './options.ts';
import { Dispatcher } from './pass/dispatcher.ts';
import { Executor } from './places/executor.ts';
import { Places } from './places/places.ts';
import { Reporter } from './places/reporter.ts';
import { RunningAttempts } from './places/running-attempts.ts';
import { SurplusClaims } from './places/surplus-claims.ts';
import { UnstartedClaims } from './places/unstarted-claims.ts';
import { PriorityClaims } from './settling/priority-claims.ts';
import { Settlements } from './settling/settlements.ts';
import { Meter } from './stats/meter.ts';
import { createStatsApi } from './stats-api.ts';
import { ThreadPool } from './threads/thread-pool.ts';
import { DueTimes } from './timing/due-times.ts';
import { PassLoop } from './timing/pass-loop.ts';
import { PlanTimer } from './timing/plan-timer.ts';
import { Throttle } from './timing/throttle.ts';

/**
 * Makes an engine over a store. Throws for job types that can't be registered (P21). Nothing is opened or run
 * before `start()`. From now on until `stop()` the engine observes the requests of the process's HTTP
 * servers.
 */
export function createEngine<Deps>(options: EngineOptions<Deps>): Engine {
  const parts = compose(options);
  const { store, registry, events, lifecycle } = parts;
  return {
    start: () => lifecycle.start(),
    stop: (stopOptions) => lifecycle.stop(stopOptions),
    tick: () => lifecycle.tick(),
    check: () => lifecycle.check(),
    lost: lifecycle.lost,
    ...createJobApi(parts),
    ...createRunApi(parts),
    ...createStatsApi(parts),
    jobTypes: () => registry.types.map(jobTypeInfo),
    listAudit: (query) => store.listAudit(query),
    subscribe: (listener, after) => events.subscribe(listener, after),
  };
}

/** Makes the parts of an engine, each from the parts above it. */
function compose<Deps>(options: EngineOptions<Deps>) {
  const settings = settingsOf(options);
  const { clock, logger, concurrency, retention } = settings;
  const registry = createRegistry(options.jobTypes);
  const types = concurrency === 0 ? {} : registry.versions;
  const base = { settings, clock, logger, concurrency, store: options.store, registry, types };

  // When something is due, and what the process has room for.
  const loop = new PassLoop(clock);
  const due = new DueTimes(settings.aheadMs);
  const planTimer = new PlanTimer({ clock, due, loop });
  const throttle = new Throttle({ clock, floor: concurrency, loopDelay: settings.loopDelay });

  // What others see of this node.
  const meter = new Meter(clock, Object.keys(registry.versions));
  const node = new Node(base);
  const events = new EventFeed({ ...base, node });

  // Where claimed runs wait, run and end.
  const priority = new PriorityClaims();
  const settlements = new Settlements({ ...base, events, meter, due, planTimer, loop, priority });
  const threads = new ThreadPool(settings);
  const unstarted = new UnstartedClaims(clock);
  const running = new RunningAttempts({ ...base, threads });
  const places = new Places({ ...base, running, unstarted });
  const surplus = new SurplusClaims({ ...base, places, unstarted, settlements });
  const reporter = new Reporter({ ...base, running, events });
  const held = { threads, unstarted, running, places, surplus, reporter, settlements, events, meter };
  const executor = new Executor({ ...base, ...held, deps: options.deps });

  // What claims runs, and acts on people, other nodes, and the process.
  const work = { ...base, ...held, priority, due, planTimer, loop, throttle, node, executor };
  const dispatcher = new Dispatcher(work);
  const writes = createStoreWrites({ ...base, dispatcher, node });
  const membership = new NodeMembership({ ...work, dispatcher });
  const pruner = new Pruner({ ...base, retention });
  const lifecycle = new Lifecycle({ ...work, dispatcher, membership, pruner });
  return { ...work, dispatcher, writes, membership, lifecycle };
}
