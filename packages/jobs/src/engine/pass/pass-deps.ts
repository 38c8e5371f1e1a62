import type { TypeVersions } from '../../core/nodes/membership.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { HookCaller } from '../hooks/hook-caller.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Executor } from '../places/executor.ts';
import type { Settlements } from '../settling/settlements.ts';
import type { Meter } from '../stats/meter.ts';
import type { DueTimes } from '../timing/due-times.ts';
import type { PassLoop } from '../timing/pass-loop.ts';
import type { PauseState } from '../timing/pause-state.ts';
import type { PlanTimer } from '../timing/plan-timer.ts';
import type { Throttle } from '../timing/throttle.ts';

/** The parts of the engine that passes use. */
export interface PassDeps {
  readonly alerts: Alerts;
  readonly settings: Settings;
  readonly store: JobStore;
  readonly types: TypeVersions;
  readonly node: Node;
  readonly loop: PassLoop;
  readonly due: DueTimes;
  readonly planTimer: PlanTimer;
  readonly throttle: Throttle;
  readonly pauseState: PauseState;
  readonly executor: Executor;
  readonly settlements: Settlements;
  readonly events: EventFeed;
  readonly meter: Meter;
  readonly hooks: HookCaller;
}
