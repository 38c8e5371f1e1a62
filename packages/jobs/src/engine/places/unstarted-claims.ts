import type { Clock } from '../../core/clock.ts';
import type { Job } from '../../core/model/job.ts';
import { isExpired } from '../../core/rules/expiry.ts';
import type { Outcome } from '../../core/rules/settle.ts';
import { LOOK_AHEAD_MS } from '../../core/rules/slots.ts';
import { startOrder } from '../../core/rules/start-order.ts';
import type { ClaimedRun, ClaimResult } from '../../core/store/store-passes.ts';
import type { EndedClaim } from '../settling/ended-claim.ts';
import { START_GAP_MS, STARTS_WITHOUT_GAP, TOO_LATE_MS } from '../timing/pace.ts';

/** Selects the claims of a job, of one run, or all. */
export interface ClaimSelector {
  readonly jobId?: string;
  readonly runId?: string;
}

export interface UnstartedClaim {
  readonly run: ClaimedRun;
  readonly job: Job;
}

/** The runs that this node has claimed and not started: they wait for a place, or for their time. */
export class UnstartedClaims {
  readonly #clock: Clock;
  /** Due: they wait for a place, in the order in which they start. */
  #waiting: UnstartedClaim[] = [];
  /** How many of `#waiting` have been started; the array is cut when all are. */
  #head = 0;
  /** Claimed ahead of their time, earliest due first. */
  #ahead: UnstartedClaim[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  /** How many are not due yet; they take no place. */
  get ahead(): number {
    return this.#ahead.length;
  }

  /** How many of those become due until `at`. */
  aheadBy(at: number): number {
    const next = this.#ahead.findIndex(({ run }) => run.availableAt > at);
    return next < 0 ? this.#ahead.length : next;
  }

  fences(): number[] {
    return [...this.#waiting.slice(this.#head), ...this.#ahead].map(({ run }) => run.fence);
  }

  add({ now, runs, jobs }: ClaimResult): void {
    for (const run of runs) {
      const job = jobs[run.job];
      if (job === undefined) throw new Error(`claimed run ${run.id} without its job`);
      if (run.started || run.availableAt <= now) this.#wait({ run, job });
      else this.#ahead.push({ run, job });
    }
    this.#ahead.sort((a, b) => a.run.availableAt - b.run.availableAt);
  }

  /** Removes and returns the run to start next. */
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

  /** Lets due runs wait for a place. Returns those too late to start here, and when to call again. */
  releaseDue(): { readonly late: readonly EndedClaim[]; readonly nextMs: number | undefined } {
    if (this.#ahead.length === 0) return { late: [], nextMs: undefined };
    const now = this.#clock.now();
    const due = this.#ahead.splice(0, this.aheadBy(now));
    const isLate = ({ run }: UnstartedClaim) => now - run.availableAt > TOO_LATE_MS;
    for (const claimed of due) if (!isLate(claimed)) this.#wait(claimed);
    const nextMs = this.#ahead.length > 0 ? msUntilNext(this.#ahead, now, due.length > 0) : undefined;
    return { late: this.#givenBack(due.filter(isLate)), nextMs };
  }

  /** Takes back the selected claims (P9, lost nodes; P12, cancel; P14, pause). */
  takeBack({ jobId, runId }: ClaimSelector): EndedClaim[] {
    const matches = ({ run, job }: UnstartedClaim) =>
      (jobId === undefined || job.id === jobId) && (runId === undefined || run.id === runId);
    const waiting = this.#waiting.slice(this.#head);
    const taken = [...waiting, ...this.#ahead].filter(matches);
    if (taken.length === 0) return [];
    this.#waiting = waiting.filter((claimed) => !matches(claimed));
    this.#head = 0;
    this.#ahead = this.#ahead.filter((claimed) => !matches(claimed));
    return this.#givenBack(taken);
  }

  /** Takes back `count` of the runs that wait for a place, the last first. */
  takeBackLast(count: number): EndedClaim[] {
    return this.#givenBack(this.#waiting.splice(this.#waiting.length - count, count));
  }

  /** The end of a claim whose run may not start any more (P35, expiry); undefined if it may. */
  endIfExpired(claim: UnstartedClaim): EndedClaim | undefined {
    if (claim.run.expiresAt === undefined) return undefined;
    const now = this.#clock.now();
    return isExpired(claim.run, now) ? endedUnstarted(claim, { kind: 'expired' }, now) : undefined;
  }

  /** Puts a run before those that start later because of a priority (P29, limits and priority). */
  #wait(claimed: UnstartedClaim): void {
    let index = this.#waiting.length;
    for (; index > this.#head; index -= 1) {
      const before = this.#waiting[index - 1];
      if (before === undefined || !startsBefore(claimed, before)) break;
    }
    if (index === this.#waiting.length) this.#waiting.push(claimed);
    else this.#waiting.splice(index, 0, claimed);
  }

  #givenBack(claims: readonly UnstartedClaim[]): EndedClaim[] {
    const finishedAt = this.#clock.now();
    return claims.map((claim) => endedUnstarted(claim, { kind: 'given_back' }, finishedAt));
  }
}

/** Runs of equal priority, and slots with their share of the places, stay in the order of their claims. */
function startsBefore(one: UnstartedClaim, other: UnstartedClaim): boolean {
  if (one.job.priority === other.job.priority || other.run.hasPriority === true) return false;
  const orderOf = ({ run, job }: UnstartedClaim) => startOrder(run.availableAt, job.priority);
  return orderOf(one) < orderOf(other);
}

function endedUnstarted({ run, job }: UnstartedClaim, outcome: Outcome, finishedAt: number): EndedClaim {
  const input = { runId: run.id, fence: run.fence, outcome, random: 0, finishedAt };
  return { input, owner: job, attempt: undefined };
}

/** Time until the first of these runs starts (ms). `hasStarted`: other runs start now. */
function msUntilNext(ahead: readonly UnstartedClaim[], now: number, hasStarted: boolean): number {
  const msUntil = (claimed: UnstartedClaim | undefined) =>
    claimed === undefined ? Number.POSITIVE_INFINITY : claimed.run.availableAt - now;
  const gapMs = hasStarted ? Math.min(START_GAP_MS, msUntil(ahead[STARTS_WITHOUT_GAP - 1])) : 0;
  // The limit: a clock that jumped is noticed soon.
  return Math.min(Math.max(msUntil(ahead[0]), gapMs), LOOK_AHEAD_MS);
}
