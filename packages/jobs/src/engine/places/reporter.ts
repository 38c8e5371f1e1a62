import type { JobStore } from '../../core/store.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Settings } from '../options.ts';
import type { Executor } from './executor.ts';

const SWEEP_MS = 100;
/**
 * With no handler running, it stops looking after this: later than the last report, and than a thread is kept
 * idle.
 */
const SLEEP_AFTER_MS = 65_000;
/** Progress and logs are written so often at most. */
const REPORT_MS = 1_000;

export interface ReporterDeps<Deps> {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly executor: Executor<Deps>;
  readonly events: EventFeed;
}

/**
 * Watches the handlers that run: timeouts and graces, starts, progress, logs, and whether they have lost
 * their claim.
 */
export class Reporter<Deps> {
  readonly #with: ReporterDeps<Deps>;
  #cancel: (() => void) | undefined;
  #reporting: Promise<void> | undefined;
  #stopped = true;
  #sweeping = false;
  #idleSince = 0;
  #lastReport = Number.NEGATIVE_INFINITY;
  /** After the store failed. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(deps: ReporterDeps<Deps>) {
    this.#with = deps;
  }

  start(): void {
    this.#stopped = false;
  }

  /**
   * A handler has started: looks at it from now on, until none has run for a while. An idle engine sleeps.
   */
  watch(): void {
    if (this.#stopped || this.#sweeping) return;
    this.#sweeping = true;
    this.#idleSince = this.#with.settings.clock.monotonic();
    this.#next();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    // Whoever began it tells of its failure: nothing that a stop has still to do hangs on it.
    await this.#reporting?.catch(() => undefined);
  }

  /** One look at every handler that runs. */
  async pass(): Promise<void> {
    this.#with.executor.watch();
    await this.#report();
  }

  /** One report at a time; a store that does not answer keeps nobody from looking at timeouts. */
  #report(): Promise<void> {
    this.#reporting ??= this.#write().finally(() => {
      this.#reporting = undefined;
    });
    return this.#reporting;
  }

  async #write(): Promise<void> {
    const { store, executor, events, settings } = this.#with;
    const monotonic = settings.clock.monotonic();
    if (monotonic < this.#notBefore) return;
    const withOutput = monotonic - this.#lastReport >= REPORT_MS;
    if (withOutput) this.#lastReport = monotonic;
    const reports = executor.reports(withOutput);
    if (reports.length === 0) return;
    try {
      for (const { attempt, report } of reports) {
        if (report.progress !== undefined)
          events.emit('run.progress', attempt.owner.id, report.runId, { progress: report.progress });
      }
      const { stale, cancel } = await store.report(reports.map(({ report }) => report));
      for (const runId of stale) {
        // The oldest of them: the run may have been claimed again, here, while that one goes on.
        const told = reports.find(({ report }) => report.runId === runId);
        if (told !== undefined) executor.stop(told.attempt, 'stale');
      }
      for (const runId of cancel) executor.cancel(runId);
    } catch (error) {
      this.#notBefore = monotonic + REPORT_MS;
      for (const { attempt, report } of reports) attempt.putBack(report);
      throw error;
    } finally {
      for (const { attempt } of reports) attempt.endReport();
    }
  }

  async #sweep(): Promise<void> {
    this.#with.executor.watch();
    // One that is under way is heard of where it was begun.
    if (this.#reporting === undefined) await this.#report();
  }

  #next(): void {
    const { settings, executor } = this.#with;
    const now = settings.clock.monotonic();
    if (executor.busy > 0) this.#idleSince = now;
    this.#sweeping = !this.#stopped && now - this.#idleSince < SLEEP_AFTER_MS;
    if (!this.#sweeping) return;
    this.#cancel = settings.clock.setTimer(SWEEP_MS, () => {
      this.#sweep().catch((error: unknown) =>
        settings.logger.warn({ err: error }, 'progress and logs could not be written; they are tried again'),
      );
      this.#next();
    });
  }
}
