import type { ClaimResult, PlanResult } from '../core/store-passes.ts';

/** A plan or claim that was asked for: its answer may not know of what is told before it comes. */
interface Question {
  /** How often a look was asked for until then. */
  readonly looks: number;
  /** When the first of the runs that were put back since is due. */
  putBackAt: number;
}

/** When something comes due, as far as this node knows. */
export class DueTimes {
  #nextWakeAt = Number.NEGATIVE_INFINITY;
  #nextDueAt = Number.NEGATIVE_INFINITY;
  #onlyForPlaces = false;
  #looks = 0;
  readonly #questions = new Set<Question>();

  /** When a job has to be planned; in the past: it is not known. */
  get nextWakeAt(): number {
    return this.#nextWakeAt;
  }

  /** When a run can be claimed; in the past: it is not known, or there is one. */
  get nextDueAt(): number {
    return this.#nextDueAt;
  }

  /** What is due is not to be claimed ahead of a free place (P9). */
  get onlyForPlaces(): boolean {
    return this.#onlyForPlaces;
  }

  forget(): void {
    this.#nextWakeAt = Number.NEGATIVE_INFINITY;
    this.#nextDueAt = Number.NEGATIVE_INFINITY;
    this.#onlyForPlaces = false;
  }

  /** Something may be due sooner than known, and than answers that are on their way say. */
  lookAnew(): void {
    this.#looks++;
    this.forget();
  }

  /** A run waits for another attempt, due then. */
  putBack(at: number): void {
    this.#nextDueAt = Math.min(this.#nextDueAt, at);
    for (const question of this.#questions) question.putBackAt = Math.min(question.putBackAt, at);
  }

  /** What planning has let go may be due, and no claim has looked at it. */
  letGo(): void {
    this.#nextDueAt = Number.NEGATIVE_INFINITY;
  }

  /** Asks the store, and learns from the answer; of what was told meanwhile nothing is put out of mind. */
  async ask<T>(answer: Promise<T>, learn: (answer: T) => void): Promise<T> {
    const question: Question = { looks: this.#looks, putBackAt: Number.POSITIVE_INFINITY };
    this.#questions.add(question);
    try {
      const told = await answer;
      learn(told);
      this.#nextDueAt = Math.min(this.#nextDueAt, question.putBackAt);
      if (question.looks !== this.#looks) this.forget();
      return told;
    } finally {
      this.#questions.delete(question);
    }
  }

  planned({ more, nextWakeAt, queued }: PlanResult): void {
    this.#nextWakeAt = more ? Number.NEGATIVE_INFINITY : (nextWakeAt ?? Number.POSITIVE_INFINITY);
    if (queued.length > 0) this.letGo();
  }

  /** Returns whether more is due than was claimed. */
  claimed({ now, nextDueAt, runs }: ClaimResult, asked: number): boolean {
    this.#nextDueAt = nextDueAt ?? Number.POSITIVE_INFINITY;
    const isMore = this.#nextDueAt <= now;
    this.#onlyForPlaces = isMore && runs.length < asked;
    return isMore;
  }
}
