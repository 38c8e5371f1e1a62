import type { JobStore } from '../core/store.ts';
import type { EventRing } from './event-ring.ts';
import type { Executor } from './execute.ts';
import type { Settings } from './options.ts';

const SWEEP_MS = 100;
/** With no handler running, it stops looking after this: later than the last report, and than a thread is kept idle. */
const SLEEP_AFTER_MS = 65_000;
/** Progress and logs are written so often at most. */
const REPORT_MS = 1_000;

export interface ReporterDeps<Deps> {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly executor: Executor<Deps>;
  readonly ring: EventRing;
}

/** Watches the handlers that run: timeouts and graces, starts, progress, logs, and whether they have lost their claim. */
export class Reporter<Deps> {
  readonly #with: ReporterDeps<Deps>;
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;
  #sweeping = false;
  #idleSince = 0;
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(deps: ReporterDeps<Deps>) {
    this.#with = deps;
  }

  start(): void {
    this.#stopped = false;
  }

  /** A handler has started: looks at it from now on, until none has run for a while. An idle engine sleeps. */
  watch(): void {
    if (this.#stopped || this.#sweeping) return;
    this.#sweeping = true;
    this.#idleSince = this.#with.settings.clock.monotonic();
    this.#next();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  /** One look at every handler that runs. */
  async pass(): Promise<void> {
    const { store, executor, ring, settings } = this.#with;
    const monotonic = settings.clock.monotonic();
    const withProgress = monotonic - this.#lastReport >= REPORT_MS;
    if (withProgress) this.#lastReport = monotonic;
    const reports = executor.sweep(withProgress);
    if (withProgress) ring.flush();
    if (reports.length === 0) return;
    for (const { jobId, report } of reports) {
      if (report.progress !== undefined)
        ring.emit('run.progress', jobId, report.runId, { progress: report.progress });
    }
    const { stale, cancel } = await store.report(reports.map(({ report }) => report));
    for (const runId of stale) executor.abort(runId, 'stale');
    for (const runId of cancel) executor.abort(runId, 'cancel');
  }

  #next(): void {
    const { settings, executor } = this.#with;
    const now = settings.clock.monotonic();
    if (executor.busy > 0) this.#idleSince = now;
    this.#sweeping = !this.#stopped && now - this.#idleSince < SLEEP_AFTER_MS;
    if (!this.#sweeping) return;
    this.#cancel = settings.clock.setTimer(SWEEP_MS, () => {
      this.#running = this.pass().then(
        () => this.#next(),
        (error: unknown) => {
          settings.logger.warn({ err: error }, 'progress and logs could not be written');
          this.#next();
        },
      );
    });
  }
}
