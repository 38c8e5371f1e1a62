import type { TypeVersions } from '../../core/membership.ts';
import type { JobStore } from '../../core/store.ts';
import type { CommandResult } from '../../core/store-commands.ts';
import type { ClaimResult, PlanInput, PlanResult, SettleBatchResult } from '../../core/store-passes.ts';
import type { Attempt } from '../attempts/attempt.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Executor } from '../places/executor.ts';
import { SurplusClaims } from '../places/surplus-claims.ts';
import type { ClaimSelector } from '../places/unstarted-claims.ts';
import { type EndedClaim, type Failure, SettlementQueue } from '../settling/settlement-queue.ts';
import type { Meter } from '../stats/meter.ts';
import { DueTimes } from '../timing/due-times.ts';
import { AFTER_FAILURE_MS } from '../timing/pass-loop.ts';
import { PlanTimer } from '../timing/plan-timer.ts';
import type { Throttle } from '../timing/throttle.ts';
import { ClaimBudget, type PendingClaim } from './claim-budget.ts';
import { type AskForCommand, ClaimingCommands } from './claiming-commands.ts';
import { LostReplies } from './lost-replies.ts';
import { PassFailures } from './pass-failures.ts';
import { UnclaimedRuns } from './unclaimed-runs.ts';

/**
 * Jobs planned in one step: some stores decide on the event loop, and what else waits for that is not to wait
 * long.
 */
const PLAN_BATCH = 500;
/** Settlements and claims in a pass from which on it counts as full. */
const FULL_PASS = 100;
const LONGEST_SLEEP_MS = 30_000;
/**
 * How long the engine trusts what it knows of due runs; after that it asks the store, in case nobody told it.
 */
const TRUST_MS = 60_000;

export interface DispatchDeps<Deps> {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly node: Node;
  readonly types: TypeVersions;
  readonly executor: Executor<Deps>;
  readonly throttle: Throttle;
  readonly events: EventFeed;
  readonly meter: Meter;
  /** Asks for a pass within so many ms. */
  wake(ms: number): void;
}

/**
 * One pass: write what has ended, plan what is due, claim what there is room for. The three are asked for in
 * one turn, so that a store can do them in one transaction, claims riding with settlements, or beside each
 * other.
 */
export class Dispatcher<Deps> {
  readonly #with: DispatchDeps<Deps>;
  readonly #settlements: SettlementQueue;
  readonly #due: DueTimes;
  readonly #claims: ClaimBudget<Deps>;
  readonly #excess: SurplusClaims;
  readonly #lost: LostReplies;
  readonly #leftOver: UnclaimedRuns;
  readonly #looks: PlanTimer;
  readonly #commands: ClaimingCommands;
  readonly failures: PassFailures;
  /** When the store was last asked what is due. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #passes = 0;
  #wasFull = false;
  /** Claims ride with plans: what those make is claimed in the same step. */
  #claimsRide = true;

  constructor(deps: DispatchDeps<Deps>) {
    this.#with = deps;
    const { settings, node } = deps;
    const settlements = new SettlementQueue(deps);
    this.failures = new PassFailures(settings.clock);
    this.#settlements = settlements;
    this.#due = new DueTimes(settings.aheadMs);
    this.#claims = new ClaimBudget({ ...deps, settlements }, this.#due);
    this.#excess = new SurplusClaims({
      clock: settings.clock,
      claims: this.#claims,
      unstarted: deps.executor.unstarted,
      giveBack: (ended) => this.settle(ended),
    });
    this.#lost = new LostReplies({ ...deps, settlements, claims: this.#claims });
    this.#leftOver = new UnclaimedRuns({
      clock: settings.clock,
      tellOthers: () => node.tell({ kind: 'wake' }),
    });
    this.#looks = new PlanTimer({
      clock: settings.clock,
      due: this.#due,
      isStopped: () => this.#claims.isStopped,
      look: () => deps.wake(0),
    });
    this.#commands = new ClaimingCommands({
      settlements,
      claim: () => this.#claimOfCommand(),
      settleNow: () => this.#settleNow(),
      make: (claim, ask) => this.#claims.make(claim, ask),
      claimed: (result, claim) => this.#claimedBeside(result, claim),
      ended: () => deps.wake(this.#sleepMs()),
    });
  }

  /** The last pass had much to do: the next one need not wait for more to gather. */
  get wasFull(): boolean {
    return this.#wasFull;
  }

  /**
   * Whether another pass may begin beside one that is under way: where that keeps the store busy, or slots
   * would wait for it. Not beside one that looks for lost claims.
   */
  get mayBeginBeside(): boolean {
    return (this.#wasFull || this.#looks.isDue) && !this.#lost.isLookDue;
  }

  /** How long it is until slots are looked for; infinite when that is not known, or they won't be. */
  get slotsInMs(): number {
    return this.#looks.inMs;
  }

  /** Settlements to be written next: neither those on their way nor those put off. */
  get unsettled(): number {
    return this.#settlements.waiting;
  }

  /** All settlements that are not known to be written: those, and those on their way. */
  get settling(): number {
    return this.#settlements.kept;
  }

  /**
   * A claim has ended: to be written with the next pass. Kept and retried while the database is away (P10).
   */
  settle(ended: EndedClaim): void {
    this.#claims.ended(ended.input.fence);
    this.#settlements.add(ended);
    this.#with.wake(this.#gatherMs);
  }

  /** {@link SettlementQueue.failReturned} */
  failReturned(attempt: Attempt, failure: Failure): boolean {
    return this.#settlements.failReturned(attempt, failure);
  }

  /**
   * Runs that were claimed ahead have come due. `late`: those whose time was long past; they, and those that
   * find no place soon, are given back.
   */
  released(late: readonly EndedClaim[]): void {
    for (const each of late) this.settle(each);
    this.#excess.giveBack();
  }

  /**
   * Writes what waits to be written, ahead of a command that is asked for in the same turn. Not awaited: the
   * store does commands after the settlements that were asked for before them.
   */
  #settleNow(): void {
    const batch = this.#settlements.takeAll();
    if (batch.length === 0) return;
    this.#settle(batch).then(
      // A retry may come due sooner than what the loop sleeps for.
      () => this.#with.wake(this.#sleepMs()),
      () => this.replyLost(),
    );
  }

  /**
   * Gives back claims that have not started, ahead of a command in the same turn that must find them waiting
   * (P12, P14).
   */
  takeBack(which: ClaimSelector): void {
    this.#claims.takeBack(which);
    for (const each of this.#with.executor.unstarted.takeBack(which)) this.settle(each);
    this.#settleNow();
  }

  /** Something may be due sooner than known: look at once. */
  lookNow(): void {
    this.#settlements.retryNow();
    this.#due.invalidate();
    this.#wake(0);
  }

  /** A job was made, to be planned then; absent: never by itself. */
  jobMade(wakeAt: number | undefined): void {
    if (wakeAt === undefined) return;
    const isSooner = this.#due.jobMade(wakeAt);
    // Something is due already, but the loop sleeps: the clock has jumped ahead, or what is due is not known.
    const isDue = this.#due.nextWakeAt <= this.#with.settings.clock.now();
    if (isSooner || isDue) this.#wake(this.#sleepMs());
  }

  /** Something is due sooner than known. */
  #wake(ms: number): void {
    this.#with.wake(ms);
    if (this.#passes > 0) this.#looks.meanwhile();
  }

  /** An answer of the store was lost. Not to be asked again at once: it may be away. */
  replyLost(): void {
    this.#noteLost();
    this.#with.wake(AFTER_FAILURE_MS);
  }

  /** What it was about may be done all the same, and nobody tells what that has made due. */
  #noteLost(): void {
    this.#lost.keepLooking();
    this.#due.invalidate();
  }

  /** What was put off is tried again with the next pass. */
  retryNow(): void {
    this.#settlements.retryNow();
  }

  stopClaiming(): void {
    this.#claims.stop();
    this.#looks.cancel();
  }

  /** {@link ClaimingCommands.ask} */
  command<T>(jobId: string, ask: AskForCommand, tell: (result: CommandResult) => T): Promise<T> {
    const { fault } = this.failures;
    // A run that could never be settled is not to be acknowledged.
    if (fault?.code === 'damaged') return Promise.reject(fault);
    return this.#commands.ask(jobId, ask, tell);
  }

  /** Resolves once no claim is under way with a command. */
  commandsEnded(): Promise<void> {
    return this.#commands.ended();
  }

  /** Returns how long nothing will be due (ms). */
  async pass(): Promise<number> {
    this.#passes++;
    try {
      if (this.#passes === 1 && (await this.#lost.reconcile())) this.#due.forget();
      const sleepMs = await this.#pass();
      this.failures.succeeded({ unwritten: this.#settlements.kept });
      return sleepMs;
    } catch (error) {
      this.failures.failed(error);
      this.#noteLost();
      this.#wasFull = false;
      throw error;
    } finally {
      this.#passes--;
      if (this.#passes === 0) this.#looks.cancel();
    }
  }

  async #pass(): Promise<number> {
    const { settings } = this.#with;
    const now = settings.clock.now();
    const monotonic = settings.clock.monotonic();
    const trustMs = this.#lost.areLookedFor ? AFTER_FAILURE_MS : TRUST_MS;
    if (monotonic - this.#lookedAt >= trustMs) this.#due.forget();
    const batch = this.#settlements.take();
    const isDue = this.#due.nextWakeAt <= now || this.#due.nextDueAt <= now;
    const { isStopped } = this.#claims;
    const aheadMs = !isStopped && isDue ? this.#due.aheadMs(now) : 0;
    const mustPlan = !isStopped && (this.#due.nextWakeAt <= now || aheadMs > 0);
    const claim = this.#claims.ofPass({ mustPlan, aheadMs, now });
    const rides = mustPlan && this.#claimsRide;
    const asked = [
      batch.length === 0 ? undefined : this.#settle(batch),
      mustPlan ? this.#plan(aheadMs, rides ? claim : undefined) : undefined,
      claim === undefined || rides ? undefined : this.#claim(claim),
    ] as const;
    const [settling, planning, claiming] = asked;
    if (settling !== undefined || claiming !== undefined || this.#passes > 1) this.#looks.meanwhile(planning);
    const results = await Promise.allSettled(asked);
    if (mustPlan && claim === undefined) this.#due.forgetDue();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    this.#leftOver.passEnded({ hasPlaces: this.#hasPlaces, isStopping: this.#claims.isStopped });
    const [, planned, claimed] = results;
    const claims = numberIn(planned) + numberIn(claimed);
    this.#wasFull = batch.length + claims >= FULL_PASS;
    return this.#sleepMs();
  }

  async #settle(batch: readonly EndedClaim[]): Promise<void> {
    let result: SettleBatchResult;
    try {
      result = await this.#with.store.settle(batch.map(({ input }) => input));
    } catch (error) {
      this.#settlements.putBack(batch);
      throw error;
    }
    this.#settled(batch, result);
  }

  /** With `claim`, what it makes is claimed in the same step. Returns how many runs were claimed. */
  async #plan(aheadMs: number, claim: PendingClaim | undefined): Promise<number> {
    const { store, types, settings } = this.#with;
    this.#lookedAt = settings.clock.monotonic();
    const input = { types, limit: PLAN_BATCH, aheadMs };
    const ask = (asked: PlanInput) =>
      this.#due.askForPlan(store.plan(asked), (result) => {
        this.#planned(result, aheadMs);
        if (claim !== undefined && result.claimed !== undefined) this.#claimed(result.claimed, claim);
      });
    try {
      const { claimed } = await (claim === undefined
        ? ask(input)
        : this.#claims.make(claim, () => ask({ ...input, claim: claim.input })));
      this.#claimsRide = true;
      return claimed?.runs.length ?? 0;
    } catch (error) {
      // While planning fails, claims go on without it.
      this.#claimsRide = false;
      throw error;
    }
  }

  /** Returns how many runs were claimed. */
  async #claim(claim: PendingClaim): Promise<number> {
    const { store } = this.#with;
    const { runs } = await this.#claims.make(claim, () =>
      this.#due.ask(store.claim(claim.input), (result) => this.#claimed(result, claim)),
    );
    return runs.length;
  }

  /** Only where a pass would not do as well: for several commands at once, one pass claims more cheaply. */
  #claimOfCommand(): PendingClaim | undefined {
    const { autoRun, clock } = this.#with.settings;
    if (!autoRun || this.#passes > 0 || this.#lost.areLookedFor) return undefined;
    return this.#claims.ofCommand(clock.now());
  }

  #settled(batch: readonly EndedClaim[], { results, wake }: SettleBatchResult): void {
    this.#due.putBack(this.#settlements.written(batch, results));
    if (!wake) return;
    if (!this.#hasPlaces) this.#leftOver.found();
    this.lookNow();
  }

  #planned(result: PlanResult, aheadMs: number): void {
    const { events, meter, settings } = this.#with;
    for (const { jobId, message } of result.failed)
      settings.logger.error({ jobId, message }, 'a job could not be planned; it is tried again in a minute');
    for (const run of result.queued) events.emit('run.queued', run.jobId, run.id);
    for (const run of result.skipped) {
      if (run.reason !== undefined) meter.skipped(run.reason);
      events.emit('run.skipped', run.jobId, run.id, { reason: run.reason });
    }
    this.#due.planned(result, aheadMs);
    if (result.queued.length > 0) this.#leftOver.found();
  }

  #claimed(result: ClaimResult, { input, takenBack }: PendingClaim): void {
    this.#leftOver.looked(this.#due.claimed(result, input.places + input.prefetch));
    this.#accept(result, takenBack);
    // Some of what was claimed ahead may have come due on the way.
    if ((input.ahead?.runs ?? 0) > 0) this.#excess.giveBack(input.prefetch);
  }

  #claimedBeside(result: ClaimResult, { takenBack }: PendingClaim): void {
    if (this.#due.claimedBeside(result)) this.#leftOver.found();
    this.#accept(result, takenBack);
  }

  /** Whether this node still claims, and has a free place. */
  get #hasPlaces(): boolean {
    return !this.#claims.isStopped && this.#with.executor.freePlaces > 0;
  }

  #accept(result: ClaimResult, takenBack: readonly ClaimSelector[]): void {
    this.#claims.claimed(result);
    const back = this.#with.executor.accept(result, this.#claims.isStopped ? [{}] : takenBack);
    for (const each of back) this.settle(each);
  }

  /**
   * How long settlements may gather: less while a due run waits for a pass, or for the places that they free.
   */
  get #gatherMs(): number {
    return this.#settlements.gatherMs({
      isAwaited: this.#due.nextDueAt <= this.#with.settings.clock.now(),
      lookInMs: this.slotsInMs,
    });
  }

  #sleepMs(): number {
    const { settings, throttle } = this.#with;
    const gatherMs = this.#settlements.waiting > 0 ? this.#gatherMs : LONGEST_SLEEP_MS;
    const laterMs = Math.min(this.#settlements.laterMs, gatherMs, LONGEST_SLEEP_MS);
    if (this.#claims.isStopped) return laterMs;
    const now = settings.clock.now();
    const claimAt = this.#claims.hasRoom(now) ? this.#due.nextDueAt : Number.POSITIVE_INFINITY;
    const ms = Math.min(this.#due.nextWakeAt, claimAt) - now;
    // Held back: ask again soon rather than at once.
    const floor = throttle.allowance() === 0 ? 50 : 0;
    const longest = this.#lost.areLookedFor ? AFTER_FAILURE_MS : LONGEST_SLEEP_MS;
    return Math.min(Math.max(ms, floor), laterMs, longest);
  }
}

function numberIn(result: PromiseSettledResult<number | undefined>): number {
  return result.status === 'fulfilled' ? (result.value ?? 0) : 0;
}
