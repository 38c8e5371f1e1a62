import type { Clock } from '../../core/clock.ts';
import { judgeHttpAnswer } from '../../core/outbound/http-answer.ts';
import type { OutboundClient } from '../../core/outbound/outbound.ts';
import type { Ping } from '../../core/watching/ping.ts';
import { OutboundError } from '../../outbound/outbound-error.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';
import type { PingCounts } from '../ports/engine-stats.ts';

export interface PingQueueDeps {
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly logger: Pick<EngineLogger, 'warn'>;
  readonly outbound: OutboundClient;
}

/** A monitor, by its URL, with the pings that wait for it. They are sent in their order. */
interface Monitor {
  readonly url: string;
  readonly waiting: Ping[];
}

/** Further pings to one monitor replace the oldest: the newest state counts. */
const MOST_OF_A_MONITOR = 10;
/** Further pings are dropped. */
const MOST_WAITING = 1_000;
const MOST_AT_ONCE = 20;
const TIMEOUT_MS = 5_000;
/** The waits before the second and the third try. */
const RETRY_AFTER_MS = [1_000, 5_000] as const;
const DRAIN_MS = 2_000;
const MOST_FAILING = 1_000;

/** Sends pings to monitors, best effort (P26, pings): three tries, bounded, and never in the way of a run. */
export class PingQueue {
  readonly #with: PingQueueDeps;
  readonly #monitors = new Map<string, Monitor>();
  readonly #ready: Monitor[] = [];
  /** Those whose failure the log has told. */
  readonly #failing = new Set<string>();
  readonly #pauses = new Set<() => void>();
  readonly #counts = { sent: 0, failed: 0, dropped: 0 };
  #waiting = 0;
  #sending = 0;
  #isDropping = false;
  #isStopping = false;
  #emptied: (() => void) | undefined;

  constructor(deps: PingQueueDeps) {
    this.#with = deps;
  }

  /** How many pings were sent, failed in each try, and were dropped, since the start. */
  get counts(): PingCounts {
    return { ...this.#counts };
  }

  /** `monitorUrl` says which pings must keep their order. */
  add(monitorUrl: string, ping: Ping): void {
    const monitor = this.#monitors.get(monitorUrl);
    if (monitor !== undefined && monitor.waiting.length >= MOST_OF_A_MONITOR) {
      monitor.waiting.shift();
      this.#waiting -= 1;
      this.#dropped();
    }
    if (this.#waiting >= MOST_WAITING) return this.#dropped();
    this.#waiting += 1;
    if (monitor === undefined) this.#addMonitor({ url: monitorUrl, waiting: [ping] });
    else monitor.waiting.push(ping);
    this.#sendNext();
  }

  /** Sends what waits, without further retries, for a short time. Drops the rest. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const endPause of this.#pauses) endPause();
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#waiting + this.#sending === 0) return;
    this.#emptied = resolve;
    const cancel = this.#with.clock.setTimer(DRAIN_MS, resolve);
    await promise;
    cancel();
    const left = this.#waiting + this.#sending;
    this.#ready.length = 0;
    for (const monitor of this.#monitors.values()) monitor.waiting.length = 0;
    this.#monitors.clear();
    this.#counts.dropped += this.#waiting;
    this.#waiting = 0;
    if (left > 0) this.#with.logger.warn({ pings: left }, 'stopping: some pings to monitors were not sent');
  }

  #addMonitor(monitor: Monitor): void {
    this.#monitors.set(monitor.url, monitor);
    this.#ready.push(monitor);
  }

  #sendNext(): void {
    while (this.#sending < MOST_AT_ONCE) {
      const monitor = this.#ready.shift();
      const ping = monitor?.waiting.shift();
      if (monitor === undefined || ping === undefined) return;
      this.#waiting -= 1;
      this.#sending += 1;
      void this.#deliver(monitor.url, ping).then(() => this.#sent(monitor));
    }
  }

  #sent(monitor: Monitor): void {
    this.#sending -= 1;
    if (monitor.waiting.length > 0) this.#ready.push(monitor);
    else if (this.#monitors.get(monitor.url) === monitor) this.#monitors.delete(monitor.url);
    this.#sendNext();
    if (this.#waiting + this.#sending > 0) return;
    this.#isDropping = false;
    this.#emptied?.();
  }

  /** Never rejects. */
  async #deliver(monitorUrl: string, ping: Ping): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const failure = await this.#try(ping);
      if (failure === undefined) {
        this.#counts.sent += 1;
        this.#failing.delete(monitorUrl);
        return;
      }
      const pauseMs = RETRY_AFTER_MS[tries - 1];
      if (failure.isPermanent || pauseMs === undefined || this.#isStopping)
        return this.#failed(monitorUrl, failure.reason);
      await this.#pause(pauseMs);
    }
  }

  async #try({
    url,
    body,
  }: Ping): Promise<{ readonly reason: string; readonly isPermanent: boolean } | undefined> {
    try {
      const { status } = await this.#with.outbound.request({
        url,
        method: 'POST',
        ...(body === '' ? {} : { body, headers: { 'content-type': 'text/plain; charset=utf-8' } }),
        connectTimeoutMs: TIMEOUT_MS,
        timeoutMs: TIMEOUT_MS,
        maxResponseBytes: 1_000,
      });
      const verdict = judgeHttpAnswer(status, undefined);
      if (verdict === 'expected') return undefined;
      return { reason: `It answered ${status}.`, isPermanent: verdict === 'permanent' };
    } catch (error) {
      const isKnown = error instanceof OutboundError;
      return { reason: isKnown ? error.message : String(error), isPermanent: isKnown && error.isPermanent };
    }
  }

  #failed(monitorUrl: string, reason: string): void {
    this.#counts.failed += 1;
    // Once for each monitor, until it answers again.
    if (this.#failing.has(monitorUrl) || this.#failing.size >= MOST_FAILING) return;
    this.#failing.add(monitorUrl);
    const monitor = URL.parse(monitorUrl)?.origin;
    this.#with.logger.warn(
      { monitor, reason },
      'a ping to a monitor failed; check ping_url or HEARTBEAT_URL',
    );
  }

  #dropped(): void {
    this.#counts.dropped += 1;
    if (this.#isDropping) return;
    this.#isDropping = true;
    this.#with.logger.warn({}, 'pings are dropped, because monitors answer too slowly');
  }

  /** Ends early when the queue stops. */
  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#with.clock.setTimer(ms, resolve);
    const end = () => {
      cancel();
      resolve();
    };
    this.#pauses.add(end);
    return promise.finally(() => this.#pauses.delete(end));
  }
}
