import type { Registry } from './job-types/registry.ts';
import type { PayloadSecrets } from './job-types/secret-payload.ts';
import type { Dispatcher } from './pass/dispatcher.ts';
import type { PassDeps } from './pass/pass-deps.ts';
import type { Pings } from './pings/pings.ts';
import type { ThreadPool } from './threads/thread-pool.ts';

/** The parts of the engine, for those that act on most of them: the API, the lifecycle, the statistics. */
export interface EngineParts extends PassDeps {
  readonly registry: Registry;
  readonly secrets: PayloadSecrets;
  readonly threads: ThreadPool;
  readonly pings: Pings;
  readonly dispatcher: Dispatcher;
}
