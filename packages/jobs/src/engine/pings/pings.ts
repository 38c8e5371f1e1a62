import type { Job } from '../../core/model/job.ts';
import type { OutboundClient } from '../../core/outbound/outbound.ts';
import { type PingEvent, pingOf } from '../../core/watching/ping.ts';
import type { Settings } from '../options.ts';
import type { PingCounts } from '../ports/engine-stats.ts';
import { PingQueue } from './ping-queue.ts';

export interface PingsDeps {
  readonly settings: Settings;
  readonly outbound: OutboundClient;
}

/** Tells outside monitors of runs, and that this node works (P26, pings). */
export class Pings {
  readonly #queue: PingQueue;
  readonly #heartbeatUrl: string | undefined;
  readonly #isSilent: boolean;

  constructor({ settings, outbound }: PingsDeps) {
    this.#queue = new PingQueue({ ...settings, outbound });
    this.#heartbeatUrl = settings.heartbeatUrl;
    // The engine of a test must not tell a real monitor of its runs.
    this.#isSilent = !settings.autoRun;
  }

  get counts(): PingCounts {
    return this.#queue.counts;
  }

  /** Tells the monitor of the job, if it has one. */
  tell({ pingUrl }: Job, runId: string, event: PingEvent): void {
    if (pingUrl !== undefined && !this.#isSilent) this.#queue.add(pingUrl, pingOf(pingUrl, runId, event));
  }

  beat(): void {
    const url = this.#heartbeatUrl;
    if (url !== undefined) this.#queue.add(url, { url, body: '' });
  }

  /** Sends what waits, for a short time. */
  stop(): Promise<void> {
    return this.#queue.stop();
  }
}
