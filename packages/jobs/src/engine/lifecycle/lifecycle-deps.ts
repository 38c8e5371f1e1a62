import type { JobStore } from '../../core/store/store.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Registry } from '../job-types/registry.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Dispatcher } from '../pass/dispatcher.ts';
import type { Executor } from '../places/executor.ts';
import type { Settlements } from '../settling/settlements.ts';
import type { ThreadPool } from '../threads/thread-pool.ts';
import type { PassLoop } from '../timing/pass-loop.ts';
import type { Throttle } from '../timing/throttle.ts';

/** The parts of the engine that its start, its stop and its lease act on. */
export interface LifecycleDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly registry: Registry;
  readonly node: Node;
  readonly loop: PassLoop;
  readonly throttle: Throttle;
  readonly dispatcher: Dispatcher;
  readonly executor: Executor;
  readonly threads: ThreadPool;
  readonly settlements: Settlements;
  readonly events: EventFeed;
}
