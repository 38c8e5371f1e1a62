import type { Job } from '../../core/job.ts';
import type { SettleInput, SettleResult } from '../../core/store-passes.ts';
import type { Attempt } from '../attempts/attempt.ts';
import { logEnd } from '../attempts/attempt-log.ts';
import type { Ending } from '../engine-stats.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Settings } from '../options.ts';
import type { Meter } from '../stats/meter.ts';
import { MAX_BATCH } from '../timing/throttle.ts';

/** Settlements gather for so long before they are written together, while nothing else calls for a pass. */
const GATHER_MS = 4;
/** Those that nobody waits for gather for longer: one commit counts for more. */
const PATIENT_GATHER_MS = 30;
/**
 * And for up to this where slots are looked for within it, as they are every 100 ms when many come: they go
 * with that look.
 */
const WITH_LOOK_MS = 150;
/** A slot that is nearer than this may wait for its job's run to be settled. */
const SOON_MS = 500;
/**
 * A settlement whose job another transaction holds is tried again after this time, or when something may have
 * become due.
 */
const LATER_MS = 500;
/** With this many settlements put off repeatedly, no more runs are claimed. */
const MAX_HELD_BACK = 1_000;

export interface SettlementQueueDeps {
  readonly settings: Settings;
  readonly events: EventFeed;
  readonly meter: Meter;
}

/** A claim that has ended. */
export interface EndedClaim {
  readonly input: SettleInput;
  readonly owner: Job;
  /** Absent: it has not started. */
  readonly attempt: Attempt | undefined;
  /** Since others held its job. */
  timesPutOff?: number;
}

/** How an attempt failed; `random` is in [0, 1), for the jitter of its retry. */
export type Failure = Pick<SettleInput, 'outcome' | 'random'>;

/**
 * The claims that have ended, from then until it is known what became of them: nothing of them is lost
 * meanwhile (P10).
 */
export class SettlementQueue {
  readonly #with: SettlementQueueDeps;
  #waiting: EndedClaim[] = [];
  #isAwaited = false;
  /** Put off, since others hold their jobs; tried again at `#laterAt`. */
  #later: EndedClaim[] = [];
  #laterAt = 0;
  /** How many were put off again and again, also while they are tried once more. */
  #heldBack = 0;
  readonly #underWay = new Set<readonly EndedClaim[]>();
  #batchLimit = MAX_BATCH;

  constructor(deps: SettlementQueueDeps) {
    this.#with = deps;
  }

  /** To be written next: neither those on their way nor those put off. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Too many settlements were put off repeatedly, so no more runs may be claimed (P18). Their results, up to
   * 64 KiB each, stay in memory while other transactions hold their jobs.
   */
  get isFull(): boolean {
    return this.#heldBack >= MAX_HELD_BACK;
  }

  /** All that are not known to be written. */
  get kept(): number {
    let underWay = 0;
    for (const batch of this.#underWay) underWay += batch.length;
    return this.#waiting.length + this.#later.length + underWay;
  }

  /**
   * For how long more may gather. `isAwaited`: something else waits for them; `lookInMs`: until slots are
   * looked for.
   */
  gatherMs({ isAwaited, lookInMs }: { readonly isAwaited: boolean; readonly lookInMs: number }): number {
    if (this.#waiting.length >= MAX_BATCH / 2) return 0;
    if (isAwaited || this.#isAwaited) return GATHER_MS;
    return lookInMs <= WITH_LOOK_MS ? WITH_LOOK_MS : PATIENT_GATHER_MS;
  }

  /** How long it is until those that were put off are tried again; infinite when there are none. */
  get laterMs(): number {
    if (this.#later.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(this.#laterAt - this.#with.settings.clock.monotonic(), 0);
  }

  /** Whether a run of the job has ended that would still be in the way of another one (P7). */
  isInTheWay(jobId: string): boolean {
    return this.#waiting.some(
      ({ owner, attempt }) => attempt !== undefined && owner.id === jobId && owner.overlap !== 'allow',
    );
  }

  fences(): number[] {
    const kept = [...this.#waiting, ...this.#later, ...[...this.#underWay].flat()];
    return kept.map(({ input }) => input.fence);
  }

  add(ended: EndedClaim): void {
    this.#waiting.push(ended);
    this.#isAwaited ||= isAwaited(ended);
  }

  /** An attempt that has returned has failed after all; false: its end is on its way, or written. */
  failReturned(attempt: Attempt, failure: Failure): boolean {
    const index = this.#waiting.findLastIndex((ended) => ended.attempt === attempt);
    const ended = this.#waiting[index];
    if (ended === undefined) return false;
    if (ended.input.outcome.kind !== 'succeeded') return true;
    this.#waiting[index] = { ...ended, input: { ...ended.input, ...failure } };
    this.#isAwaited = true;
    return true;
  }

  /** What was put off is tried again with the next batch. */
  retryNow(): void {
    this.#laterAt = 0;
  }

  /** The next ones to be written, as many as go at once. To be followed by `written` or `putBack`. */
  take(): readonly EndedClaim[] {
    if (this.#with.settings.clock.monotonic() >= this.#laterAt) this.#waiting.push(...this.#later.splice(0));
    return this.#takeUpTo(this.#batchLimit);
  }

  /** {@link take}, of all that wait; those put off stay so. */
  takeAll(): readonly EndedClaim[] {
    return this.#takeUpTo(this.#waiting.length);
  }

  #takeUpTo(count: number): readonly EndedClaim[] {
    const batch = this.#waiting.splice(0, count);
    this.#isAwaited = this.#waiting.length > 0;
    if (batch.length > 0) this.#underWay.add(batch);
    return batch;
  }

  /**
   * What could not be written is tried again last, and with fewer at once: one that the store refuses keeps
   * back no other.
   */
  putBack(batch: readonly EndedClaim[]): void {
    this.#underWay.delete(batch);
    this.#waiting.push(...batch);
    this.#isAwaited = true;
    this.#batchLimit = Math.max(Math.floor(batch.length / 2), 1);
  }

  /**
   * Counts and tells what became of them. Returns when the first of them is to be run again; infinite when
   * none is.
   */
  written(batch: readonly EndedClaim[], results: readonly SettleResult[]): number {
    const { settings } = this.#with;
    this.#underWay.delete(batch);
    this.#batchLimit = MAX_BATCH;
    let nextDueAt = Number.POSITIVE_INFINITY;
    const later: EndedClaim[] = [];
    const wasFull = this.isFull;
    for (const [index, ended] of batch.entries()) {
      const result = results[index];
      if (result === undefined) continue;
      if (result.kind === 'later') later.push(ended);
      this.#countHeldBack(ended, result);
      if (result.kind === 'waiting') nextDueAt = Math.min(nextDueAt, result.availableAt);
      this.#tell(ended, result);
    }
    if (this.isFull !== wasFull) this.#tellWhetherFull();
    // From the first of them on: those that come meanwhile don't make the others wait for longer.
    if (this.#later.length === 0) this.#laterAt = settings.clock.monotonic() + LATER_MS;
    this.#later.push(...later);
    return nextDueAt;
  }

  /** Not at the first time: nodes that settle runs of one job put off each other's. */
  #countHeldBack(ended: EndedClaim, { kind }: SettleResult): void {
    const times = ended.timesPutOff ?? 0;
    if (kind === 'later') {
      ended.timesPutOff = times + 1;
      if (times === 1) this.#heldBack += 1;
    } else if (times > 1) this.#heldBack -= 1;
  }

  #tellWhetherFull(): void {
    const runs = this.#heldBack;
    this.#with.settings.logger.warn(
      { runs },
      this.isFull
        ? `claiming paused: ${runs} finished runs cannot be saved because another transaction has locked their jobs`
        : 'claiming resumed',
    );
  }

  #tell(ended: EndedClaim, result: SettleResult): void {
    const { events, meter, settings } = this.#with;
    const { input, owner, attempt } = ended;
    logEnd(settings.logger, ended, result);
    switch (result.kind) {
      case 'later':
      case 'stale':
        return;
      case 'waiting': {
        if (input.outcome.kind !== 'failed') return;
        meter.finished('retried', attempt);
        const available_at = new Date(result.availableAt).toISOString();
        events.emit('run.retrying', owner.id, input.runId, { available_at });
        return;
      }
      case 'finished': {
        const ending = endingOf(result.status);
        if (ending === undefined) return;
        meter.finished(ending, attempt);
        events.emit(`run.${ending}`, owner.id, input.runId);
        return;
      }
      default:
        return result satisfies never;
    }
  }
}

/**
 * Whether anything may come sooner for this settlement: another run of the job, another attempt, an answer to
 * who asked for the run.
 */
function isAwaited({ input, owner, attempt }: EndedClaim): boolean {
  if (attempt === undefined || input.outcome.kind !== 'succeeded') return true;
  const { claimed } = attempt;
  // Claimed for a free place, as all are that were taken back from a process that died: it is not to fall
  // with the next one (P9).
  if (claimed.started || claimed.scheduledFor === undefined || owner.overlap === 'queue') return true;
  // The next slot as of the claim; where there is none, this settlement may set it.
  return owner.nextRunAt === undefined || owner.nextRunAt - input.finishedAt < SOON_MS;
}

function endingOf(status: string): (Ending & ('succeeded' | 'failed' | 'cancelled')) | undefined {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled' ? status : undefined;
}
