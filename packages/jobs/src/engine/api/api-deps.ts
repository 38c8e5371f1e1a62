import type { JobStore } from '../../core/store/store.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Registry } from '../job-types/registry.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Dispatcher } from '../pass/dispatcher.ts';
import type { Meter } from '../stats/meter.ts';

/** The parts of the engine that commands on jobs and runs use. */
export interface ApiDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly registry: Registry;
  readonly node: Node;
  readonly dispatcher: Dispatcher;
  readonly events: EventFeed;
  readonly meter: Meter;
}
