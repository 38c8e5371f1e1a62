import type { Clock } from '../../core/clock.ts';
import type { Job } from '../../core/job.ts';
import { LOOK_AHEAD_MS } from '../../core/slots.ts';
import type { ClaimedRun, ClaimResult } from '../../core/store-passes.ts';
import type { EndedClaim } from '../settling/settlement-queue.ts';

/** The latest start of a run claimed ahead, after its time; after that, the claim is checked again. */
const TOO_LATE_MS = 1_000;
/**
 * Waking up costs a process as much as a run. So starts are this far apart, unless {@link MANY_TOGETHER} are
 * due.
 */
const TOGETHER_MS = 4;
const MANY_TOGETHER = 8;

/** Claims of a job, of one run, or all. */
export interface ClaimSelector {
  readonly jobId?: string;
  readonly runId?: string;
}

export interface UnstartedClaim {
  readonly run: ClaimedRun;
  readonly job: Job;
}

/**
 * Claimed runs that have not started: those that wait for a place, and those that were claimed ahead of their
 * time.
 */
export class UnstartedClaims {
  readonly #clock: Clock;
  readonly #released: (late: readonly EndedClaim[]) => void;
  #waiting: UnstartedClaim[] = [];
  /** How many of `#waiting` have been started; the array is cut when all are. */
  #head = 0;
  /** Claimed ahead: to be started when they come due, the first first. */
  #ahead: UnstartedClaim[] = [];
  #cancelTimer: (() => void) | undefined;

  /**
   * `released`: some that were claimed ahead have come due; what is to be given back of them is in `late`.
   */
  constructor(clock: Clock, released: (late: readonly EndedClaim[]) => void) {
    this.#clock = clock;
    this.#released = released;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  /** How many have not come due yet; they take no place. */
  get ahead(): number {
    return this.#ahead.length;
  }

  /** How many of them come due by an instant. */
  aheadBy(at: number): number {
    const next = this.#ahead.findIndex(({ run }) => run.availableAt > at);
    return next < 0 ? this.#ahead.length : next;
  }

  fences(): number[] {
    return [...this.#waiting.slice(this.#head), ...this.#ahead].map(({ run }) => run.fence);
  }

  /**
   * Takes a claim; returns what is to be given back of what was claimed ahead, since its time is long past.
   */
  add({ now, runs, jobs }: ClaimResult): EndedClaim[] {
    for (const run of runs) {
      const job = jobs[run.job];
      if (job === undefined) throw new Error(`claimed run ${run.id} without its job`);
      (run.started || run.availableAt <= now ? this.#waiting : this.#ahead).push({ run, job });
    }
    this.#ahead.sort((one, other) => one.run.availableAt - other.run.availableAt);
    return this.#release();
  }

  /** The next one to be started. */
  next(): UnstartedClaim | undefined {
    const claimed = this.#waiting[this.#head];
    if (claimed === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    }
    return claimed;
  }

  /** Takes back those of a job, one run, or all (P12, P14, P9). */
  takeBack(which: ClaimSelector): EndedClaim[] {
    const matches = ({ run, job }: UnstartedClaim) =>
      (which.jobId === undefined || job.id === which.jobId) &&
      (which.runId === undefined || run.id === which.runId);
    const waiting = this.#waiting.slice(this.#head);
    const taken = [...waiting, ...this.#ahead].filter(matches);
    if (taken.length === 0) return [];
    this.#waiting = waiting.filter((claimed) => !matches(claimed));
    this.#head = 0;
    this.#ahead = this.#ahead.filter((claimed) => !matches(claimed));
    return this.#givenBack(taken);
  }

  /** Takes back so many of those that wait for a place, the last first. */
  takeBackLast(count: number): EndedClaim[] {
    return this.#givenBack(this.#waiting.splice(this.#waiting.length - count, count));
  }

  /**
   * Starts the runs that have come due, and looks again when the next one does, or a little later when
   * several do. Returns runs that are too late, such as after a stall: another node may have them.
   */
  #release(): EndedClaim[] {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#ahead.length === 0) return [];
    const now = this.#clock.now();
    const due = this.#ahead.splice(0, this.aheadBy(now));
    const isLate = ({ run }: UnstartedClaim) => now - run.availableAt > TOO_LATE_MS;
    this.#waiting.push(...due.filter((claimed) => !isLate(claimed)));
    if (this.#ahead.length > 0) {
      const ms = msUntilNext(this.#ahead, now, due.length > 0);
      this.#cancelTimer = this.#clock.setTimer(ms, () => this.#released(this.#release()));
    }
    return this.#givenBack(due.filter(isLate));
  }

  #givenBack(claims: readonly UnstartedClaim[]): EndedClaim[] {
    const finishedAt = this.#clock.now();
    return claims.map(({ run, job }) => ({
      input: { runId: run.id, fence: run.fence, outcome: { kind: 'given_back' }, random: 0, finishedAt },
      owner: job,
      attempt: undefined,
    }));
  }
}

/** How long it is until some of these start. `afterStart`: others have started just now. */
function msUntilNext(ahead: readonly UnstartedClaim[], now: number, afterStart: boolean): number {
  const msUntil = (claimed: UnstartedClaim | undefined) =>
    claimed === undefined ? Number.POSITIVE_INFINITY : claimed.run.availableAt - now;
  const gap = afterStart ? Math.min(TOGETHER_MS, msUntil(ahead[MANY_TOGETHER - 1])) : 0;
  // A clock that jumped is noticed soon.
  return Math.min(Math.max(msUntil(ahead[0]), gap), LOOK_AHEAD_MS);
}
