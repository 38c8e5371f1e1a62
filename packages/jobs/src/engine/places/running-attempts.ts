import type { Job } from '../../core/model/job.ts';
import type { Report } from '../../core/store/store-passes.ts';
import { type Attempt, type StopReason, stopError } from '../attempts/attempt.ts';
import type { Registry } from '../job-types/registry.ts';
import type { Settings } from '../options.ts';
import type { ThreadPool } from '../threads/thread-pool.ts';
import { SHORT_RUN_MS } from '../timing/pace.ts';

/** How long a handler may continue after it was told to stop (P11, timeout). */
const GRACE_MS = 10_000;

export interface RunningAttemptsDeps {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly threads: ThreadPool;
}

/** The attempts whose handlers run on this node. */
export class RunningAttempts {
  readonly #with: RunningAttemptsDeps;
  /** By fence: a run can be claimed again while an attempt of an older claim still runs. */
  readonly #attempts = new Map<number, Attempt>();

  constructor(deps: RunningAttemptsDeps) {
    this.#with = deps;
  }

  get count(): number {
    return this.#attempts.size;
  }

  /** The attempts whose runs start again if this process ends now. */
  get unfinishedCount(): number {
    return [...this.#attempts.values()].filter(({ stop }) => stop?.reason !== 'cancel').length;
  }

  add(attempt: Attempt): void {
    this.#attempts.set(attempt.claimed.fence, attempt);
  }

  remove({ claimed }: Attempt): void {
    this.#attempts.delete(claimed.fence);
  }

  has(attempt: Attempt): boolean {
    return this.#attempts.get(attempt.claimed.fence) === attempt;
  }

  fences(): Iterable<number> {
    return this.#attempts.keys();
  }

  /** Tells the handler of a run to stop, if it runs here. */
  cancel(runId: string): void {
    for (const attempt of this.#attempts.values())
      if (attempt.claimed.id === runId) this.stop(attempt, 'cancel');
  }

  /** Tells all handlers to stop, or those of the jobs for which `matches` holds. */
  abortAll(reason: StopReason, matches: (job: Job) => boolean = () => true): void {
    for (const attempt of this.#attempts.values()) if (matches(attempt.owner)) this.stop(attempt, reason);
  }

  /** Tells one handler to stop; the first reason counts. */
  stop(attempt: Attempt, reason: StopReason): void {
    const stop = { reason, error: stopError(reason), atMonotonic: this.#with.settings.clock.monotonic() };
    if (attempt.abort(stop)) this.#with.threads.abort(attempt, stop);
  }

  terminateThreads(): void {
    for (const attempt of this.#attempts.values()) this.#with.threads.terminate(attempt);
  }

  /** Stops handlers at their timeout, and ends their threads when the grace is over (P11, timeout). */
  enforceTimeouts(): void {
    const { settings, threads } = this.#with;
    const monotonic = settings.clock.monotonic();
    for (const attempt of this.#attempts.values()) {
      const ranMs = monotonic - attempt.startedMonotonic;
      if (attempt.stop === undefined && ranMs >= attempt.owner.timeoutMs) this.stop(attempt, 'timeout');
      if (isOverGrace(attempt, monotonic)) threads.terminate(attempt);
    }
    threads.sweep(monotonic);
  }

  /** Takes what the store does not know yet of these attempts. */
  takeReports(withOutput: boolean): { readonly attempt: Attempt; readonly report: Report }[] {
    const { clock } = this.#with.settings;
    const monotonic = clock.monotonic();
    const reports: { readonly attempt: Attempt; readonly report: Report }[] = [];
    for (const attempt of this.#attempts.values()) {
      const isZombie = isOverGrace(attempt, monotonic) && !this.#isInThread(attempt);
      const report = attempt.takeReport({
        withOutput,
        withStart: monotonic - attempt.startedMonotonic >= SHORT_RUN_MS,
        zombieSince: isZombie ? clock.now() : undefined,
      });
      if (report !== undefined) reports.push({ attempt, report });
    }
    return reports;
  }

  #isInThread(attempt: Attempt): boolean {
    return this.#with.registry.get(attempt.owner.type)?.jobType.isolation === 'thread';
  }
}

function isOverGrace({ stop }: Attempt, monotonic: number): boolean {
  return stop !== undefined && monotonic - stop.atMonotonic >= GRACE_MS;
}
