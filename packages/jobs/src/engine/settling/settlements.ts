import type { SettleResult } from '../../core/store/store-passes.ts';
import type { Attempt } from '../attempts/attempt.ts';
import type { DueTimes } from '../timing/due-times.ts';
import {
  GATHER_MS,
  MAX_BATCH,
  MAX_BLOCKED,
  PATIENT_GATHER_MS,
  POSTPONED_RETRY_MS,
  WITH_PLAN_MS,
} from '../timing/pace.ts';
import type { PassLoop } from '../timing/pass-loop.ts';
import type { PlanTimer } from '../timing/plan-timer.ts';
import { type EndedClaim, type Failure, isUrgent, withCompletion } from './ended-claim.ts';
import { PriorityClaims } from './priority-claims.ts';
import { publishResult, type ResultListeners } from './publish-result.ts';

export interface SettlementsDeps extends ResultListeners {
  readonly due: DueTimes;
  readonly planTimer: PlanTimer;
  readonly loop: PassLoop;
}

/** Keeps claims that have ended until the store has written what became of them (P10, fence). */
export class Settlements {
  readonly priority = new PriorityClaims();
  readonly #with: SettlementsDeps;
  #waiting: EndedClaim[] = [];
  #isUrgent = false;
  /** Another transaction has locked their jobs or runs; they are tried again at `#retryAt`. */
  #postponed: EndedClaim[] = [];
  #retryAt = 0;
  /** How many were postponed more than once, also while they are tried again. */
  #blocked = 0;
  readonly #underWay = new Set<readonly EndedClaim[]>();
  #batchLimit = MAX_BATCH;

  constructor(deps: SettlementsDeps) {
    this.#with = deps;
  }

  /** Takes a claim that has ended, and asks for a pass that writes it. */
  add(ended: EndedClaim): void {
    this.priority.ended(ended.input.fence);
    this.#waiting.push(ended);
    this.#isUrgent ||= isUrgent(ended);
    this.#with.loop.wake(this.gatherMs);
  }

  /** How many wait for the next pass: neither those on their way nor those postponed. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How many are not known to be written. */
  get unwritten(): number {
    let underWay = 0;
    for (const batch of this.#underWay) underWay += batch.length;
    return this.#waiting.length + this.#postponed.length + underWay;
  }

  /** Whether claims must stop, because too many results wait in memory for locked jobs (P18, bounds). */
  get isBlocked(): boolean {
    return this.#blocked >= MAX_BLOCKED;
  }

  /** How long to wait for more before the next pass (ms). */
  get gatherMs(): number {
    if (this.#waiting.length >= MAX_BATCH / 2) return 0;
    const { due, planTimer, settings } = this.#with;
    // A due run waits for a pass, or for a place that a settlement frees.
    if (this.#isUrgent || due.nextDueAt <= settings.clock.now()) return GATHER_MS;
    return planTimer.msUntilPlan <= WITH_PLAN_MS ? WITH_PLAN_MS : PATIENT_GATHER_MS;
  }

  /** Time until postponed ones are tried again (ms); infinite when there are none. */
  get msUntilRetry(): number {
    if (this.#postponed.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(this.#retryAt - this.#with.settings.clock.monotonic(), 0);
  }

  /** Whether an unwritten end of a run still takes the room of another run of the job (P7, overlap). */
  takesRoomOf(jobId: string): boolean {
    return this.#waiting.some(
      ({ owner, attempt }) => attempt !== undefined && owner.id === jobId && owner.overlap !== 'allow',
    );
  }

  fences(): number[] {
    const kept = [...this.#waiting, ...this.#postponed, ...[...this.#underWay].flat()];
    return kept.map(({ input }) => input.fence);
  }

  /** Fails an attempt that has returned; false: its end is written already, or on its way. */
  failReturned(attempt: Attempt, failure: Failure): boolean {
    const index = this.#waiting.findLastIndex((ended) => ended.attempt === attempt);
    const ended = this.#waiting[index];
    if (ended === undefined) return false;
    if (ended.input.outcome.kind !== 'succeeded') return true;
    this.#waiting[index] = { ...ended, input: { ...ended.input, ...failure } };
    this.#isUrgent = true;
    return true;
  }

  /** The next batch tries again what was postponed. */
  retryPostponed(): void {
    this.#retryAt = 0;
  }

  /** Takes the next batch to write. Call `written` or `putBack` with it. */
  take(): readonly EndedClaim[] {
    if (this.#with.settings.clock.monotonic() >= this.#retryAt)
      this.#waiting.push(...this.#postponed.splice(0));
    return this.#takeUpTo(this.#batchLimit);
  }

  /** {@link take} of all that wait, but for those postponed. */
  takeAll(): readonly EndedClaim[] {
    return this.#takeUpTo(this.#waiting.length);
  }

  #takeUpTo(count: number): readonly EndedClaim[] {
    const batch = this.#waiting.splice(0, count);
    this.#isUrgent = this.#waiting.length > 0;
    if (batch.length > 0) this.#underWay.add(batch);
    return batch;
  }

  /** A batch could not be written: it is tried again last, in smaller batches, in case one is refused. */
  putBack(batch: readonly EndedClaim[]): void {
    this.#underWay.delete(batch);
    this.#waiting.push(...batch);
    this.#isUrgent = true;
    this.#batchLimit = Math.max(Math.floor(batch.length / 2), 1);
  }

  /** Publishes the results of a batch. Returns when its first retry is due; infinite when there is none. */
  written(batch: readonly EndedClaim[], results: readonly SettleResult[]): number {
    const { settings } = this.#with;
    this.#underWay.delete(batch);
    this.#batchLimit = MAX_BATCH;
    let nextDueAt = Number.POSITIVE_INFINITY;
    const postponed: EndedClaim[] = [];
    const wasBlocked = this.isBlocked;
    for (const [index, ended] of batch.entries()) {
      const result = results[index];
      if (result === undefined) continue;
      if (result.kind === 'later') postponed.push(ended);
      this.#countBlocked(ended, result);
      if (result.kind === 'waiting') nextDueAt = Math.min(nextDueAt, result.availableAt);
      publishResult(this.#with, withCompletion(settings, ended, result), result);
    }
    if (this.isBlocked !== wasBlocked) this.#logBlocked();
    // Those that are added meanwhile don't make the first ones wait for longer.
    if (this.#postponed.length === 0) this.#retryAt = settings.clock.monotonic() + POSTPONED_RETRY_MS;
    this.#postponed.push(...postponed);
    return nextDueAt;
  }

  /** The first time does not count: nodes that settle runs of one job lock it for each other. */
  #countBlocked(ended: EndedClaim, { kind }: SettleResult): void {
    const times = ended.timesPostponed ?? 0;
    if (kind === 'later') {
      ended.timesPostponed = times + 1;
      if (times === 1) this.#blocked += 1;
    } else if (times > 1) this.#blocked -= 1;
  }

  #logBlocked(): void {
    const runs = this.#blocked;
    this.#with.settings.logger.warn(
      { runs },
      this.isBlocked
        ? `claiming paused: ${runs} finished runs cannot be saved because another transaction has locked their jobs, or a handler has not ended the transaction of its ctx.complete()`
        : 'claiming resumed',
    );
  }
}
