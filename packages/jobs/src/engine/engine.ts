import { createCommandApi } from './api/command-api.ts';
import type { Engine } from './engine-port.ts';
import { EventFeed } from './events/event-feed.ts';
import { createRegistry } from './job-types/registry.ts';
import { Lifecycle } from './lifecycle/lifecycle.ts';
import { Node } from './nodes/node.ts';
import { type EngineOptions, settingsOf } from './options.ts';
import { Dispatcher } from './pass/dispatcher.ts';
import { Executor } from './places/executor.ts';
import { Settlements } from './settling/settlements.ts';
import { Meter } from './stats/meter.ts';
import { createStatsApi } from './stats-api.ts';
import { ThreadPool } from './threads/thread-pool.ts';
import { createTiming } from './timing/timing.ts';

/**
 * Makes an engine over a store. Throws for job types that can't be registered (P21, payloads). Nothing is
 * opened or run before `start()`. From now on until `stop()` the engine observes the requests of the
 * process's HTTP servers.
 */
export function createEngine<Deps>(options: EngineOptions<Deps>): Engine {
  const settings = settingsOf(options);
  const registry = createRegistry(options.jobTypes, options.deps);
  const types = settings.concurrency === 0 ? {} : registry.versions;
  const base = { ...settings, settings, store: options.store, registry, types };
  const timing = createTiming(settings);
  const meter = new Meter(settings.clock, Object.keys(registry.versions));
  const node = new Node(base);
  const events = new EventFeed({ ...base, node });
  const settlements = new Settlements({ ...base, ...timing, events, meter });
  const threads = new ThreadPool(settings);
  const executor = new Executor({ ...base, threads, settlements, events, meter });
  const parts = { ...base, ...timing, meter, node, events, settlements, threads, executor };
  const dispatcher = new Dispatcher(parts);
  const lifecycle = new Lifecycle({ ...parts, dispatcher });
  return {
    start: () => lifecycle.start(),
    stop: (stopOptions) => lifecycle.stop(stopOptions),
    tick: () => lifecycle.tick(),
    check: () => lifecycle.check(),
    lost: lifecycle.lost,
    ...createCommandApi({ ...parts, dispatcher }),
    ...createStatsApi({ ...parts, dispatcher, lifecycle }),
    subscribe: (listener, after) => events.subscribe(listener, after),
  };
}
