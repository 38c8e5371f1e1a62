import type { Job } from '../../core/job.ts';
import type { Outcome } from '../../core/settle.ts';
import type { ClaimResult, Report } from '../../core/store-passes.ts';
import { Attempt, type StopReason, stopError } from '../attempts/attempt.ts';
import { idsOf, logLine, logStray } from '../attempts/attempt-log.ts';
import { returnedOutcome, thrownOutcome } from '../attempts/attempt-outcome.ts';
import { type HandlerResult, resultOf } from '../attempts/handler-result.ts';
import { readThrown, type ThrownError } from '../attempts/thrown-error.ts';
import { CheckedPayloads } from '../job-types/checked-payloads.ts';
import type { Registry } from '../job-types/registry.ts';
import type { Settings } from '../options.ts';
import type { EndedClaim, Failure } from '../settling/settlement-queue.ts';
import type { ThreadPool } from '../threads/thread-pool.ts';
import { runInline } from './run-inline.ts';
import { type ClaimSelector, type UnstartedClaim, UnstartedClaims } from './unstarted-claims.ts';

/** How long a handler may go on after it was told to stop (P11). */
const GRACE_MS = 10_000;
/** Work in one turn of the event loop: HTTP requests come between (P20). */
const STARTS_A_TURN = 32;
/** A prefetched run that goes on for longer has its start written before it ends. */
const SHORT_RUN_MS = 100;

export interface ExecutorDeps<Deps> {
  readonly settings: Settings;
  readonly registry: Registry<Deps>;
  readonly deps: Deps;
  readonly threads: ThreadPool;
  /** A claim has ended. */
  settled(ended: EndedClaim): void;
  /**
   * An attempt has failed whose claim has ended with success; false: that is written already, or on its way.
   */
  failReturned(attempt: Attempt, failure: Failure): boolean;
  started(attempt: Attempt): void;
  /** Runs that were claimed ahead have come due; what is to be given back of them is in `late`. */
  released(late: readonly EndedClaim[]): void;
}

/**
 * The places of a node: takes claimed runs, runs their handlers, and turns how each ended into an outcome to
 * settle.
 */
export class Executor<Deps> {
  readonly #with: ExecutorDeps<Deps>;
  /** By fence: a run can be claimed again while an attempt of an older claim still goes on. */
  readonly #active = new Map<number, Attempt>();
  /**
   * Their handlers have ended while a report was on its way: they are settled after it, with what it could
   * not write.
   */
  readonly #reporting = new Set<Attempt>();
  /** The claims that have not started. */
  readonly unstarted: UnstartedClaims;
  #startsThisTurn = 0;
  #turnEnds = false;
  #paused = false;
  #meanDurationMs = Number.POSITIVE_INFINITY;
  readonly #payloads: CheckedPayloads<Deps>;
  readonly #heard: Attempt['heard'];
  readonly #onStray: Attempt['onStray'];

  constructor(deps: ExecutorDeps<Deps>) {
    this.#with = deps;
    this.unstarted = new UnstartedClaims(deps.settings.clock, (late) => {
      this.#pump();
      deps.released(late);
    });
    this.#payloads = new CheckedPayloads(deps.settings.clock);
    const { logger, strayErrors } = deps.settings;
    this.#heard = (attempt, line) => logLine(logger, attempt, line);
    this.#onStray = strayErrors === 'off' ? undefined : (attempt, error) => this.#strayed(attempt, error);
  }

  get busy(): number {
    return this.#active.size;
  }

  /** Where no handler runs. */
  get idlePlaces(): number {
    return this.#with.settings.concurrency - this.#active.size;
  }

  /** Those of them that nothing waits for. */
  get freePlaces(): number {
    return Math.max(this.idlePlaces - this.unstarted.waiting, 0);
  }

  /** How long a run takes, of late (ms); infinite until one has ended. */
  get meanDurationMs(): number {
    return this.#meanDurationMs;
  }

  /**
   * The fences of the claims that it holds: those that run, those that wait, and those whose end waits for a
   * report.
   */
  fences(): number[] {
    return [
      ...this.#active.keys(),
      ...[...this.#reporting].map(({ claimed }) => claimed.fence),
      ...this.unstarted.fences(),
    ];
  }

  /**
   * Takes a claim; returns what of it, and of what waits, was to be taken back while the claim was under way.
   */
  accept(claim: ClaimResult, takenBack: readonly ClaimSelector[]): EndedClaim[] {
    const back = [
      ...this.unstarted.add(claim),
      ...takenBack.flatMap((which) => this.unstarted.takeBack(which)),
    ];
    this.#pump();
    return back;
  }

  /** Starts nothing more; the caller takes back what waits. */
  pause(): void {
    this.#paused = true;
  }

  /** Tells the handler of a run to stop, if it runs here. */
  cancel(runId: string): void {
    for (const attempt of this.#active.values())
      if (attempt.claimed.id === runId) this.stop(attempt, 'cancel');
  }

  /** Tells all handlers to stop, or those of some jobs. */
  abortAll(reason: StopReason, isMeant: (job: Job) => boolean = () => true): void {
    for (const attempt of this.#active.values()) if (isMeant(attempt.owner)) this.stop(attempt, reason);
  }

  terminateThreads(): void {
    for (const attempt of this.#active.values()) this.#with.threads.terminate(attempt);
  }

  /** Timeouts, and graces that have run out (P11). */
  watch(): void {
    const { settings, threads } = this.#with;
    const monotonic = settings.clock.monotonic();
    for (const attempt of this.#active.values()) {
      const ran = monotonic - attempt.startedMonotonic;
      if (attempt.stop === undefined && ran >= attempt.owner.timeoutMs) this.stop(attempt, 'timeout');
      if (isOverGrace(attempt, monotonic)) threads.terminate(attempt);
    }
    threads.sweep(monotonic);
  }

  /** What there is to report of the handlers that run. */
  reports(withOutput: boolean): { readonly attempt: Attempt; readonly report: Report }[] {
    const { clock } = this.#with.settings;
    const monotonic = clock.monotonic();
    const reports: { readonly attempt: Attempt; readonly report: Report }[] = [];
    for (const attempt of this.#active.values()) {
      const report = attempt.takeReport({
        withOutput,
        withStart: monotonic - attempt.startedMonotonic >= SHORT_RUN_MS,
        zombieSince: isOverGrace(attempt, monotonic) && !this.#inThread(attempt) ? clock.now() : undefined,
      });
      if (report !== undefined) reports.push({ attempt, report });
    }
    return reports;
  }

  #inThread(attempt: Attempt): boolean {
    return this.#with.registry.get(attempt.owner.type)?.jobType.isolation === 'thread';
  }

  /** Tells one handler to stop; the first reason counts. */
  stop(attempt: Attempt, reason: StopReason): void {
    const stop = { reason, error: stopError(reason), atMonotonic: this.#with.settings.clock.monotonic() };
    if (attempt.abort(stop)) this.#with.threads.abort(attempt, stop);
  }

  /** Fills the free places. Bounded in one turn of the event loop, then goes on in the next. */
  #pump(): void {
    const { concurrency } = this.#with.settings;
    while (!this.#paused && this.#active.size < concurrency && this.#startsThisTurn < STARTS_A_TURN) {
      const claimed = this.unstarted.next();
      if (claimed === undefined) break;
      this.#startsThisTurn++;
      this.#start(claimed);
    }
    if (this.#startsThisTurn > 0 && !this.#turnEnds) {
      this.#turnEnds = true;
      setImmediate(() => {
        this.#turnEnds = false;
        this.#startsThisTurn = 0;
        this.#pump();
      });
    }
  }

  #start({ run, job }: UnstartedClaim): void {
    const { settings, registry, deps, threads } = this.#with;
    const type = registry.get(job.type);
    if (type === undefined) throw new Error(`claimed a run of the unknown type ${job.type}`);
    const payload = this.#payloads.of(type, run, job);
    const attempt = new Attempt(run, job, typeof payload === 'string' ? payload : '{}', settings.clock.now);
    attempt.startedAt = settings.clock.now();
    attempt.startedMonotonic = settings.clock.monotonic();
    attempt.startKnown = run.started;
    attempt.heard = this.#heard;
    if (settings.tracing !== undefined) attempt.span = settings.tracing.begin(attempt);
    this.#active.set(run.fence, attempt);
    this.#with.started(attempt);
    if (typeof payload !== 'string') return this.#end(attempt, payload);
    if (type.jobType.isolation === 'thread') {
      threads.run(type.jobType, attempt).then(
        (ended) =>
          ended.kind === 'threw' ? this.#threw(attempt, ended.thrown) : this.#returned(attempt, ended.result),
        (error: unknown) => this.#threw(attempt, readThrown(error)),
      );
      return;
    }
    attempt.onStray = this.#onStray;
    runInline(type, attempt, deps).then(
      (result) => this.#returned(attempt, resultOf(result)),
      (error: unknown) => this.#threw(attempt, readThrown(error)),
    );
  }

  #returned(attempt: Attempt, result: HandlerResult): void {
    this.#end(attempt, returnedOutcome(attempt, result, this.#with.settings.clock.now()));
  }

  #threw(attempt: Attempt, thrown: ThrownError): void {
    this.#end(attempt, thrownOutcome(attempt, thrown, this.#with.settings.clock.now()));
  }

  /**
   * Tells a running handler to stop. If the handler has returned, its attempt fails, unless its success is
   * already being written.
   */
  #strayed(attempt: Attempt, error: Error): void {
    if (attempt.stray !== undefined) return;
    const { settings, failReturned } = this.#with;
    attempt.stray = readThrown(error);
    if (this.#active.get(attempt.claimed.fence) === attempt) {
      attempt.abort({ reason: 'stray', error, atMonotonic: settings.clock.monotonic() });
      return;
    }
    const outcome = thrownOutcome(attempt, attempt.stray, settings.clock.now());
    if (!this.#reporting.has(attempt) && !failReturned(attempt, { outcome, random: settings.random() }))
      logStray(settings.logger, idsOf(attempt), attempt.stray);
  }

  #end(attempt: Attempt, outcome: Outcome): void {
    const { settings } = this.#with;
    this.#active.delete(attempt.claimed.fence);
    const took = settings.clock.monotonic() - attempt.startedMonotonic;
    this.#meanDurationMs = Number.isFinite(this.#meanDurationMs)
      ? this.#meanDurationMs * 0.95 + took * 0.05
      : took;
    attempt.tookMs = took;
    attempt.span?.end(outcome);
    this.#settle(attempt, outcome, settings.clock.now());
    this.#pump();
  }

  /**
   * After a settlement the fence guards nothing more: what a report could not write has to go with it (P10).
   */
  #settle(attempt: Attempt, outcome: Outcome, finishedAt: number): void {
    if (attempt.isReporting) {
      this.#reporting.add(attempt);
      attempt.afterReport(() => {
        const isStray = attempt.stray !== undefined && outcome.kind === 'succeeded';
        this.#settle(attempt, isStray ? returnedOutcome(attempt, {}, finishedAt) : outcome, finishedAt);
      });
      return;
    }
    this.#reporting.delete(attempt);
    const { settings, settled } = this.#with;
    const { id: runId, fence } = attempt.claimed;
    settled({
      input: {
        runId,
        fence,
        outcome,
        random: outcome.kind === 'failed' ? settings.random() : 0,
        startedAt: attempt.startedAt,
        finishedAt,
        ...attempt.takeOutput(),
      },
      owner: attempt.owner,
      attempt,
    });
  }
}

function isOverGrace({ stop }: Attempt, monotonic: number): boolean {
  return stop !== undefined && monotonic - stop.atMonotonic >= GRACE_MS;
}
