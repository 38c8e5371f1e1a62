import type { JobStore } from '../../core/store/store.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Settings } from '../options.ts';
import type { RunningAttempts } from './running-attempts.ts';

const SWEEP_MS = 100;
/** Sweeps end this long after the last handler: after its last report and after the end of idle threads. */
const SLEEP_AFTER_MS = 65_000;
/** Shortest time between two writes of progress and logs. */
const REPORT_MS = 1_000;

export interface ReporterDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly running: RunningAttempts;
  readonly events: EventFeed;
}

/** Stops running handlers at their timeout, reports starts, progress and logs, learns of lost claims. */
export class Reporter {
  readonly #with: ReporterDeps;
  #cancel: (() => void) | undefined;
  #reporting: Promise<void> | undefined;
  #isStopped = true;
  #isSweeping = false;
  #idleSince = 0;
  #lastOutputAt = Number.NEGATIVE_INFINITY;
  /** After the store failed. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(deps: ReporterDeps) {
    this.#with = deps;
  }

  start(): void {
    this.#isStopped = false;
  }

  /** Call when a handler starts. Sweeps until none has run for a while: an idle engine sleeps. */
  watch(): void {
    if (this.#isStopped || this.#isSweeping) return;
    this.#isSweeping = true;
    this.#idleSince = this.#with.settings.clock.monotonic();
    this.#next();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    // Its caller handles a failure of the report; the stop does not depend on it.
    await this.#reporting?.catch(() => undefined);
  }

  async pass(): Promise<void> {
    this.#with.running.enforceTimeouts();
    await this.#report();
  }

  /** One report at a time. A store that does not answer delays no timeout. */
  #report(): Promise<void> {
    this.#reporting ??= this.#write().finally(() => {
      this.#reporting = undefined;
    });
    return this.#reporting;
  }

  async #write(): Promise<void> {
    const { store, running, events, settings } = this.#with;
    const monotonic = settings.clock.monotonic();
    if (monotonic < this.#notBefore) return;
    const withOutput = monotonic - this.#lastOutputAt >= REPORT_MS;
    if (withOutput) this.#lastOutputAt = monotonic;
    const reports = running.takeReports(withOutput);
    if (reports.length === 0) return;
    try {
      for (const { attempt, report } of reports) {
        if (report.progress !== undefined)
          events.emit('run.progress', attempt.owner.id, report.runId, {
            data: { progress: report.progress },
          });
      }
      const { stale, cancel } = await store.report(reports.map(({ report }) => report));
      for (const runId of stale) {
        // The oldest attempt: the run may have been claimed again, here, while that one still runs.
        const reported = reports.find(({ report }) => report.runId === runId);
        if (reported !== undefined) running.stop(reported.attempt, 'stale');
      }
      for (const runId of cancel) running.cancel(runId);
    } catch (error) {
      this.#notBefore = monotonic + REPORT_MS;
      for (const { attempt, report } of reports) attempt.putBack(report);
      throw error;
    } finally {
      for (const { attempt } of reports) attempt.endReport();
    }
  }

  async #sweep(): Promise<void> {
    this.#with.running.enforceTimeouts();
    // Whoever began a report that is under way handles its failure.
    if (this.#reporting === undefined) await this.#report();
  }

  #next(): void {
    const { settings, running } = this.#with;
    const now = settings.clock.monotonic();
    if (running.count > 0) this.#idleSince = now;
    this.#isSweeping = !this.#isStopped && now - this.#idleSince < SLEEP_AFTER_MS;
    if (!this.#isSweeping) return;
    this.#cancel = settings.clock.setTimer(SWEEP_MS, () => {
      this.#sweep().catch((error: unknown) =>
        settings.logger.warn({ err: error }, 'progress and logs could not be written; they are tried again'),
      );
      this.#next();
    });
  }
}
