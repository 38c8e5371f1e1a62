import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../core/clock.ts';

/** Above this p99 delay of the event loop over the last second, jobs make room for the API. */
const DELAY_LIMIT_MS = 20;
/** The monitor counts its own period into what it measures. */
const RESOLUTION_MS = 5;
const SAMPLE_MS = 1_000;
const FLOOR_GAP_MS = 250;
/** The channels on which Node announces each request that any HTTP server of this process begins. */
const REQUESTS = ['http.server.request.start', 'http2.server.stream.start'];
/** For this long after a request, more are expected. */
const AFTER_REQUEST_MS = 100;
/** Most runs taken by one claim meanwhile: the event loop has dealt with them within a millisecond or two. */
const BATCH_BESIDE_REQUESTS = 128;
/** Nothing that is due waits for longer so that the API has the machine. */
const LONGEST_PAUSE_MS = 20;
/** Most runs taken by one claim. */
export const MAX_BATCH = 2_000;

/** Measures in nanoseconds how late the event loop is, while it is enabled. */
export type LoopDelay = Pick<
  ReturnType<typeof monitorEventLoopDelay>,
  'enable' | 'disable' | 'reset' | 'percentile'
>;

export interface ThrottleOptions {
  readonly clock: Clock;
  readonly floor: number;
  /** Default: what Node measures. */
  readonly loopDelay?: LoopDelay | undefined;
}

/**
 * The API comes first (P20). While requests come in, a claim takes few runs at once, and passes leave the API
 * as much time as they took. And claims are held back while the event loop is late: the batch is halved each
 * second that it is, and grows again when it is not; never below `floor` runs every 250 ms. Planning is not
 * throttled.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #floor: number;
  readonly #delay: LoopDelay;
  #batch = MAX_BATCH;
  #late = false;
  #lastP99Ms = 0;
  #lastClaim = Number.NEGATIVE_INFINITY;
  #lastRequest = Number.NEGATIVE_INFINITY;
  readonly #requested = () => {
    this.#lastRequest = this.#clock.monotonic();
  };
  #cancel: (() => void) | undefined;

  constructor({ clock, floor, loopDelay }: ThrottleOptions) {
    this.#clock = clock;
    this.#floor = Math.max(floor, 1);
    this.#delay = loopDelay ?? monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    // From the start: the first of many claims is to know of the requests before it.
    for (const channel of REQUESTS) subscribe(channel, this.#requested);
  }

  stop(): void {
    for (const channel of REQUESTS) unsubscribe(channel, this.#requested);
    this.#rest();
  }

  get isThrottled(): boolean {
    return this.#batch < MAX_BATCH;
  }

  get delayMs(): number {
    return this.#lastP99Ms;
  }

  /** A request came a moment ago. */
  get isBesideRequests(): boolean {
    return this.#clock.monotonic() - this.#lastRequest < AFTER_REQUEST_MS;
  }

  /** Claims are held back as far as they ever are. */
  get isAtFloor(): boolean {
    return this.#late && this.#batch <= this.#floor;
  }

  /** How many runs may be claimed now. */
  allowance(): number {
    if (this.isAtFloor) return this.#clock.monotonic() - this.#lastClaim >= FLOOR_GAP_MS ? this.#batch : 0;
    return this.isBesideRequests ? Math.min(this.#batch, BATCH_BESIDE_REQUESTS) : this.#batch;
  }

  /** How long no pass is to begin after one that took so long, unless slots are due before that. */
  pauseMs(passMs: number): number {
    return this.isBesideRequests ? Math.min(passMs, LONGEST_PAUSE_MS) : 0;
  }

  /**
   * A claim was asked for. Measures while there are claims, a second at a time; an idle engine measures
   * nothing.
   */
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
      else this.#rest();
    });
  }

  #rest(): void {
    this.#delay.disable();
    this.#cancel?.();
    this.#cancel = undefined;
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
