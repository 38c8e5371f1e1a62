import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../core/clock.ts';
import {
  AFTER_REQUEST_MS,
  BATCH_BESIDE_REQUESTS,
  FLOOR_GAP_MS,
  LONGEST_PAUSE_MS,
  LOOP_DELAY_LIMIT_MS,
  LOOP_DELAY_RESOLUTION_MS,
  LOOP_DELAY_SAMPLE_MS,
  MAX_BATCH,
  START_UP_MS,
} from './pace.ts';

/** Where Node announces each request of any HTTP server of this process. */
const REQUEST_CHANNELS = ['http.server.request.start', 'http2.server.stream.start'];

/** Measures in nanoseconds how late the event loop is, while it is enabled. */
export type LoopDelay = Pick<
  ReturnType<typeof monitorEventLoopDelay>,
  'enable' | 'disable' | 'reset' | 'percentile'
>;

export interface ThrottleOptions {
  readonly clock: Clock;
  readonly floor: number;
  readonly loopDelay?: LoopDelay | undefined;
}

/**
 * The API comes first (P20, isolation). While requests come in, claims are small, and a pause after each pass
 * leaves the API as much time as the pass took. While the event loop is late, each second halves the size of
 * claims, down to `floor` runs every 250 ms; later it doubles again. A start makes the loop late, too: this
 * does not count. Planning is not throttled.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #floor: number;
  readonly #delay: LoopDelay;
  #batch = MAX_BATCH;
  #isLate = false;
  #lastP99Ms = 0;
  #startUpEnds = Number.POSITIVE_INFINITY;
  #lastClaimAt = Number.NEGATIVE_INFINITY;
  #lastRequestAt = Number.NEGATIVE_INFINITY;
  readonly #onRequest = () => {
    this.#lastRequestAt = this.#clock.monotonic();
  };
  #cancelSample: (() => void) | undefined;

  constructor({ clock, floor, loopDelay }: ThrottleOptions) {
    this.#clock = clock;
    this.#floor = Math.max(floor, 1);
    this.#delay = loopDelay ?? monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS });
    // From the start: the first claim of many must know of the requests before it.
    for (const channel of REQUEST_CHANNELS) subscribe(channel, this.#onRequest);
  }

  stop(): void {
    for (const channel of REQUEST_CHANNELS) unsubscribe(channel, this.#onRequest);
    this.#stopMeasuring();
  }

  get isThrottled(): boolean {
    return this.#batch < MAX_BATCH;
  }

  get delayMs(): number {
    return this.#lastP99Ms;
  }

  get isServingRequests(): boolean {
    return this.#clock.monotonic() - this.#lastRequestAt < AFTER_REQUEST_MS;
  }

  /** Whether claims are as small as they get. */
  get isAtFloor(): boolean {
    return this.#isLate && this.#batch <= this.#floor;
  }

  /** How many runs may be claimed now. */
  allowance(): number {
    if (this.isAtFloor) return this.#clock.monotonic() - this.#lastClaimAt >= FLOOR_GAP_MS ? this.#batch : 0;
    return this.isServingRequests ? Math.min(this.#batch, BATCH_BESIDE_REQUESTS) : this.#batch;
  }

  /** How long no pass may start after one that took `passMs`, unless slots are due before that. */
  pauseMs(passMs: number): number {
    return this.isServingRequests ? Math.min(passMs, LONGEST_PAUSE_MS) : 0;
  }

  /** Call with each claim. Measures the delay while there are claims; an idle engine measures nothing. */
  claimed(): void {
    this.#lastClaimAt = this.#clock.monotonic();
    this.#startUpEnds = Math.min(this.#startUpEnds, this.#lastClaimAt + START_UP_MS);
    if (this.#cancelSample !== undefined) return;
    this.#delay.reset();
    this.#delay.enable();
    this.#measure();
  }

  #measure(): void {
    this.#cancelSample = this.#clock.setTimer(LOOP_DELAY_SAMPLE_MS, () => {
      this.#sample();
      if (this.#clock.monotonic() - this.#lastClaimAt <= LOOP_DELAY_SAMPLE_MS || this.isThrottled)
        this.#measure();
      else this.#stopMeasuring();
    });
  }

  #stopMeasuring(): void {
    this.#delay.disable();
    this.#cancelSample?.();
    this.#cancelSample = undefined;
  }

  #sample(): void {
    this.#lastP99Ms = Math.max(this.#delay.percentile(99) / 1e6 - LOOP_DELAY_RESOLUTION_MS, 0);
    this.#delay.reset();
    const isStartUp = this.#clock.monotonic() <= this.#startUpEnds;
    this.#isLate = this.#lastP99Ms > LOOP_DELAY_LIMIT_MS && !isStartUp;
    this.#batch = this.#isLate
      ? Math.max(Math.floor(this.#batch / 2), this.#floor)
      : Math.min(this.#batch * 2, MAX_BATCH);
  }
}
