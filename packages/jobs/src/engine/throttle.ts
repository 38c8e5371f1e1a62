import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';

/** Above this p99 delay of the event loop over the last second, jobs make room for the API. */
const DELAY_LIMIT_MS = 20;
/** The monitor counts its own period into what it measures. */
const RESOLUTION_MS = 5;
const SAMPLE_MS = 1_000;
const FLOOR_GAP_MS = 250;
/** Most runs taken by one claim. */
export const MAX_BATCH = 1_000;

/**
 * Holds claims back while the event loop is late: the batch is halved each second that it is, and grows again when it is
 * not; never below `floor` runs every 250 ms (P20, section 8 of the design). Planning is not throttled.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #floor: number;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #batch = MAX_BATCH;
  #late = false;
  #lastP99Ms = 0;
  #lastClaim = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, floor: number) {
    this.#clock = clock;
    this.#floor = Math.max(floor, 1);
  }

  stop(): void {
    this.#delay.disable();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  get isThrottled(): boolean {
    return this.#batch < MAX_BATCH;
  }

  get delayMs(): number {
    return this.#lastP99Ms;
  }

  /** How many runs may be claimed now. */
  allowance(): number {
    if (!this.#late || this.#batch > this.#floor) return this.#batch;
    return this.#clock.monotonic() - this.#lastClaim >= FLOOR_GAP_MS ? this.#batch : 0;
  }

  /** A claim was asked for. Measures while there are claims, a second at a time; an idle engine measures nothing. */
  claimed(): void {
    this.#lastClaim = this.#clock.monotonic();
    if (this.#cancel !== undefined) return;
    this.#delay.reset();
    this.#delay.enable();
    this.#watch();
  }

  #watch(): void {
    this.#cancel = this.#clock.setTimer(SAMPLE_MS, () => {
      this.#sample();
      if (this.#clock.monotonic() - this.#lastClaim <= SAMPLE_MS || this.isThrottled) this.#watch();
      else this.stop();
    });
  }

  #sample(): void {
    this.#lastP99Ms = Math.max(this.#delay.percentile(99) / 1e6 - RESOLUTION_MS, 0);
    this.#delay.reset();
    this.#late = this.#lastP99Ms > DELAY_LIMIT_MS;
    this.#batch = this.#late
      ? Math.max(Math.floor(this.#batch / 2), this.#floor)
      : Math.min(this.#batch * 2, MAX_BATCH);
  }
}
