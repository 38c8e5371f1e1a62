import { StoreError } from '../../core/model/errors.ts';
import { holdsAllRuns } from '../../core/pauses/pause.ts';
import type { Outcome } from '../../core/rules/settle.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { ClaimResult } from '../../core/store/store-passes.ts';
import { Attempt, UNREAD_PAYLOAD } from '../attempts/attempt.ts';
import { idsOf, logLine, logStray } from '../attempts/attempt-log.ts';
import { returnedOutcome, thrownOutcome } from '../attempts/attempt-outcome.ts';
import type { HandlerCommands } from '../attempts/handler-jobs.ts';
import { type HandlerResult, maskResult, readResult } from '../attempts/handler-result.ts';
import { maskThrown, readThrown, type ThrownError } from '../attempts/thrown-error.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { RegisteredType, Registry } from '../job-types/registry.ts';
import type { PayloadSecrets } from '../job-types/secret-payload.ts';
import type { Settings } from '../options.ts';
import type { Pings } from '../pings/pings.ts';
import type { EndedClaim } from '../settling/ended-claim.ts';
import type { Settlements } from '../settling/settlements.ts';
import type { Meter } from '../stats/meter.ts';
import type { ThreadPool } from '../threads/thread-pool.ts';
import { AFTER_FAILURE_MS, STARTS_A_TURN } from '../timing/pace.ts';
import { AttemptInputs } from './attempt-inputs.ts';
import { Places } from './places.ts';
import { Reporter } from './reporter.ts';
import { runInline } from './run-inline.ts';
import { RunningAttempts } from './running-attempts.ts';
import { SurplusClaims } from './surplus-claims.ts';
import { type ClaimSelector, type UnstartedClaim, UnstartedClaims } from './unstarted-claims.ts';

export interface ExecutorDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly registry: Registry;
  readonly secrets: PayloadSecrets;
  readonly threads: ThreadPool;
  readonly settlements: Settlements;
  readonly events: EventFeed;
  readonly meter: Meter;
  readonly pings: Pings;
  /** What handlers may ask of the engine. */
  readonly commands: HandlerCommands;
}

const UNREAD =
  'the job store failed to read the secrets or the checkpoint of a run; the run starts again in a second, and keeps its attempts';

/** Takes claimed runs, runs their handlers in the node's places, and gives each end to the settlements. */
export class Executor {
  readonly unstarted: UnstartedClaims;
  readonly running: RunningAttempts;
  readonly places: Places;
  readonly surplus: SurplusClaims;
  readonly reporter: Reporter;
  readonly #with: ExecutorDeps;
  readonly #inputs: AttemptInputs;
  /** Attempts that ended while a report of them was on its way: they are settled after it. */
  readonly #reporting = new Set<Attempt>();
  readonly #reading = new Set<Promise<void>>();
  #interrupted = 0;
  #startsThisTurn = 0;
  #isTurnScheduled = false;
  #isPaused = false;
  #cancelRelease: (() => void) | undefined;
  readonly #onLine: Attempt['onLine'];
  readonly #onStray: Attempt['onStray'];

  constructor(deps: ExecutorDeps) {
    const { clock, concurrency, logger, strayErrors } = deps.settings;
    const unstarted = new UnstartedClaims(clock);
    const running = new RunningAttempts(deps);
    const places = new Places({ concurrency, running, unstarted });
    this.unstarted = unstarted;
    this.running = running;
    this.places = places;
    this.surplus = new SurplusClaims({ ...deps, clock, places, unstarted });
    this.reporter = new Reporter({ ...deps, running });
    this.#with = deps;
    this.#inputs = new AttemptInputs({ ...deps, running });
    this.#onLine = (attempt, line) => logLine(logger, attempt, line);
    this.#onStray = strayErrors === 'off' ? undefined : (attempt, error) => this.#strayed(attempt, error);
  }

  /**
   * Takes a claim. Gives back what `takenBack` selects, because it was taken back during the claim, and runs
   * that a pause holds: a transaction that was older than the pause may have enqueued them.
   */
  accept(claim: ClaimResult, takenBack: readonly ClaimSelector[]): void {
    this.#with.settlements.priority.claimed(claim);
    this.unstarted.add(claim);
    const held = claim.jobs.filter(holdsAllRuns).map(({ id }) => ({ jobId: id }));
    const back = [
      ...this.#releaseDue(),
      ...[...takenBack, ...held].flatMap((selector) => this.unstarted.takeBack(selector)),
    ];
    this.#fillPlaces();
    for (const each of back) this.#with.settlements.add(each);
  }

  /** Gives back claims that have not started (P9, lost nodes; P12, cancel; P14, pause). */
  takeBack(selector: ClaimSelector): void {
    for (const each of this.unstarted.takeBack(selector)) this.#with.settlements.add(each);
  }

  /** Starts nothing more; the caller takes back what waits. */
  pause(): void {
    this.#isPaused = true;
  }

  /** How many runs a stop of the engine has interrupted: they start again later. */
  get interruptedCount(): number {
    return this.#interrupted + this.running.unfinishedCount;
  }

  /** The fences of all claims of this node that have not ended, or whose end waits for a report. */
  fences(): number[] {
    const reporting = [...this.#reporting].map(({ claimed }) => claimed.fence);
    return [...this.running.fences(), ...reporting, ...this.unstarted.fences()];
  }

  /** Lets due runs wait for a place, and sets a timer for the next ones. Returns those that are too late. */
  #releaseDue(): readonly EndedClaim[] {
    const { settings, settlements } = this.#with;
    this.#cancelRelease?.();
    this.#cancelRelease = undefined;
    const { late, nextMs } = this.unstarted.releaseDue();
    if (nextMs !== undefined)
      this.#cancelRelease = settings.clock.setTimer(nextMs, () => {
        const tooLate = this.#releaseDue();
        this.#fillPlaces();
        for (const each of tooLate) settlements.add(each);
        this.surplus.giveBack();
      });
    return late;
  }

  /** Starts waiting runs in free places: a few in this turn of the event loop, the rest in the next ones. */
  #fillPlaces(): void {
    const { unstarted, places } = this;
    while (!this.#isPaused && places.idle > 0 && this.#startsThisTurn < STARTS_A_TURN) {
      const claimed = unstarted.next();
      if (claimed === undefined) break;
      this.#startsThisTurn++;
      this.#start(claimed);
    }
    if (this.#startsThisTurn > 0 && !this.#isTurnScheduled) {
      this.#isTurnScheduled = true;
      setImmediate(() => {
        this.#isTurnScheduled = false;
        this.#startsThisTurn = 0;
        this.#fillPlaces();
      });
    }
  }

  #start(claimed: UnstartedClaim): void {
    const { run, job } = claimed;
    const { settings, registry, settlements } = this.#with;
    const expired = this.unstarted.endIfExpired(claimed);
    if (expired !== undefined) return settlements.add(expired);
    const type = registry.get(job.type);
    if (type === undefined) throw new Error(`claimed a run of the unknown type ${job.type}`);
    const payload = this.#inputs.payloadOf(type, run, job);
    const input = payload !== undefined && 'json' in payload ? payload : UNREAD_PAYLOAD;
    const attempt = new Attempt(run, job, input, settings.clock.now);
    attempt.startedAt = settings.clock.now();
    attempt.startedMonotonic = settings.clock.monotonic();
    attempt.startKnown = run.started;
    attempt.onLine = this.#onLine;
    attempt.commands = this.#with.commands;
    if (settings.tracing !== undefined) attempt.span = settings.tracing.begin(attempt);
    this.running.add(attempt);
    this.#announceStart(attempt);
    if (payload !== undefined && !('json' in payload)) return this.#end(attempt, payload, attempt.startedAt);
    if (payload !== undefined && !type.resumes) this.#call(type, attempt);
    else this.#afterReading(this.#readThenCall(type, attempt));
  }

  /** Resolves once no handler waits for its secrets or its checkpoint. */
  allRead(): Promise<unknown> {
    return Promise.all(this.#reading);
  }

  #afterReading(reading: Promise<void>): void {
    this.#reading.add(reading);
    void reading.finally(() => this.#reading.delete(reading));
  }

  /** Reads what the handler needs from the store, then calls it, unless it was told to stop. */
  async #readThenCall(type: RegisteredType, attempt: Attempt): Promise<void> {
    try {
      const invalid = await this.#inputs.read(type, attempt);
      if (invalid !== undefined) return this.#end(attempt, invalid, this.#with.settings.clock.now());
    } catch (error) {
      if (error instanceof StoreError) return this.#unread(attempt, error);
      return this.#threw(attempt, readThrown(error));
    }
    this.#call(type, attempt);
  }

  /** The store failed before the handler began: the run starts again, and loses no attempt. */
  #unread(attempt: Attempt, err: StoreError): void {
    const { logger, clock } = this.#with.settings;
    logger.warn({ ...idsOf(attempt), err }, UNREAD);
    this.#end(attempt, { kind: 'given_back', delayMs: AFTER_FAILURE_MS }, clock.now());
  }

  #call(type: RegisteredType, attempt: Attempt): void {
    const { threads } = this.#with;
    const threw = (error: unknown) => this.#threw(attempt, readThrown(error, attempt.mask));
    if (type.thread !== undefined) {
      threads.run(type.thread, attempt).then((ended) => {
        if (ended.kind === 'threw') this.#threw(attempt, maskThrown(ended.thrown, attempt.mask));
        else this.#returned(attempt, maskResult(ended.result, attempt.mask));
      }, threw);
      return;
    }
    attempt.onStray = this.#onStray;
    const completed = (then: () => void) => {
      if (attempt.completion === undefined) then();
      else void attempt.completion.end().then(then);
    };
    runInline(type, attempt).then(
      (returned) => completed(() => this.#returned(attempt, readResult(returned, attempt.mask))),
      (error) => completed(() => threw(error)),
    );
  }

  #announceStart({ claimed, owner, startedAt }: Attempt): void {
    const { meter, events, pings } = this.#with;
    this.reporter.watch();
    meter.started(owner.type, startedAt - claimed.availableAt);
    events.emit('run.started', owner.id, claimed.id, { data: { attempt: claimed.attempt } });
    if (owner.pingUrl !== undefined) pings.tell(owner, claimed.id, { kind: 'started' });
  }

  #returned(attempt: Attempt, result: HandlerResult): void {
    const at = this.#with.settings.clock.now();
    this.#end(attempt, returnedOutcome(attempt, result, at), at);
  }

  #threw(attempt: Attempt, thrown: ThrownError): void {
    const at = this.#with.settings.clock.now();
    this.#end(attempt, thrownOutcome(attempt, thrown, at), at);
  }

  #end(attempt: Attempt, outcome: Outcome, finishedAt: number): void {
    this.running.remove(attempt);
    attempt.end();
    if (outcome.kind === 'given_back' && attempt.stop?.reason === 'shutdown') this.#interrupted++;
    attempt.tookMs = this.#with.settings.clock.monotonic() - attempt.startedMonotonic;
    this.places.ended(attempt.tookMs);
    attempt.span?.end(outcome);
    this.#settle(attempt, outcome, finishedAt);
    this.#fillPlaces();
  }

  /** A report under way ends first: what it could not write goes with the settlement (P10, fence). */
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
    const { settings, settlements } = this.#with;
    const { id: runId, fence } = attempt.claimed;
    const isCompleting = attempt.completion?.isAsked === true;
    settlements.add({
      input: {
        runId,
        fence,
        outcome,
        random: outcome.kind === 'failed' || isCompleting ? settings.random() : 0,
        startedAt: attempt.startedAt,
        finishedAt,
        jobVersion: attempt.owner.version,
        ...attempt.takeOutput(),
        ...(attempt.state?.isSaved === true ? { isSaved: true } : undefined),
        ...(isCompleting ? { isCompleting } : undefined),
      },
      owner: attempt.owner,
      attempt,
    });
  }

  /** Stops a running handler. One that has returned fails, unless its success is being written already. */
  #strayed(attempt: Attempt, error: Error): void {
    if (attempt.stray !== undefined) return;
    const { settings, settlements } = this.#with;
    attempt.stray = readThrown(error, attempt.mask);
    if (this.running.has(attempt)) {
      attempt.abort({ reason: 'stray', error, atMonotonic: settings.clock.monotonic() });
      return;
    }
    if (this.#reporting.has(attempt)) return;
    const outcome = thrownOutcome(attempt, attempt.stray, settings.clock.now());
    if (!settlements.failReturned(attempt, { outcome, random: settings.random() }))
      logStray(settings.logger, idsOf(attempt), attempt.stray);
  }
}
