import type { Clock } from '../../core/clock.ts';
import { DueTimes } from './due-times.ts';
import { PassLoop } from './pass-loop.ts';
import { PlanTimer } from './plan-timer.ts';
import { type LoopDelay, Throttle } from './throttle.ts';

export interface TimingOptions {
  readonly clock: Clock;
  /** How far ahead of their time runs are planned and claimed (ms). */
  readonly aheadMs: number;
  readonly concurrency: number;
  readonly loopDelay: LoopDelay | undefined;
}

/** When passes run, and how much they may claim. */
export interface Timing {
  readonly loop: PassLoop;
  readonly due: DueTimes;
  readonly planTimer: PlanTimer;
  readonly throttle: Throttle;
}

export function createTiming({ clock, aheadMs, concurrency, loopDelay }: TimingOptions): Timing {
  const loop = new PassLoop(clock);
  const due = new DueTimes(aheadMs);
  const planTimer = new PlanTimer({ clock, due, loop });
  const throttle = new Throttle({ clock, floor: concurrency, loopDelay });
  return { loop, due, planTimer, throttle };
}
