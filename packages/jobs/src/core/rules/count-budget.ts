import { isLocal } from '../schedule/schedule.ts';
import type { Decision } from './decision.ts';

/**
 * The most slots of local times that one plan counts; other jobs wait for the next plan. A slot takes about
 * 25 µs.
 */
const MOST_WORK = 1_000;
/** More slots of one job are counted in whole hours and days, with about as much work as this many. */
const MOST_WORK_OF_ONE = 100;

/** Limits the work of one plan, because event loops and open transactions wait for it. */
export class CountBudget {
  readonly #now: number;
  #counted = 0;

  constructor(now: number) {
    this.#now = now;
  }

  get isSpent(): boolean {
    return this.#counted >= MOST_WORK;
  }

  spend({ job, queue, skip }: Decision): void {
    if (!isLocal(job.schedule)) return;
    // What waits on the clock is counted with each plan.
    const waits = job.catchUp === 'all' && job.nextRunAt !== undefined && job.nextRunAt <= this.#now;
    if (waits) this.#counted += MOST_WORK_OF_ONE;
    for (const { missed } of [...queue, ...skip]) this.#counted += Math.min(missed, MOST_WORK_OF_ONE);
  }
}
