import type { Clock } from '../../core/clock.ts';
import type { DueTimes } from './due-times.ts';
import { AFTER_FAILURE_MS } from './pass-loop.ts';

const LONGEST_WAIT_MS = 30_000;
/** A look that could not begin is tried again after so long. */
const AGAIN_MS = 20;

export interface PlanTimerDeps {
  readonly clock: Clock;
  readonly due: DueTimes;
  /** No more slots are looked for. */
  isStopped(): boolean;
  /** Asks for a pass at once. */
  look(): void;
}

/**
 * When slots are looked for, also while passes are under way: those that come don't wait for what else was
 * asked for.
 */
export class PlanTimer {
  readonly #with: PlanTimerDeps;
  #cancelTimer: (() => void) | undefined;

  constructor(deps: PlanTimerDeps) {
    this.#with = deps;
  }

  /** How long it is until then; infinite when that is not known, or they won't be. */
  get inMs(): number {
    const { due, clock, isStopped } = this.#with;
    if (isStopped() || !Number.isFinite(due.nextWakeAt)) return Number.POSITIVE_INFINITY;
    return Math.max(due.nextWakeAt - clock.now(), 0);
  }

  /** Also where it is not known, unless a plan is under way that will tell. */
  get isDue(): boolean {
    const { due, clock, isStopped } = this.#with;
    if (isStopped() || due.nextWakeAt > clock.now()) return false;
    return Number.isFinite(due.nextWakeAt) || !due.isPlanning;
  }

  /** Looks when it is time though passes are under way. Once `planning` is answered, that is known anew. */
  meanwhile(planning?: Promise<unknown>): void {
    planning?.then(
      () => this.meanwhile(),
      () => this.#lookIn(AFTER_FAILURE_MS),
    );
    this.#lookIn(this.isDue ? 0 : this.inMs);
  }

  #lookIn(ms: number): void {
    this.cancel();
    if (this.#with.isStopped()) return;
    this.#cancelTimer = this.#with.clock.setTimer(Math.min(ms, LONGEST_WAIT_MS), () => {
      if (!this.isDue) return this.meanwhile();
      this.#with.look();
      // Beside requests, and while two passes are under way, it does not begin.
      this.#lookIn(AGAIN_MS);
    });
  }

  /**
   * No pass is under way any more, so that the loop knows when the next one begins; or no slots are looked
   * for.
   */
  cancel(): void {
    this.#cancelTimer?.();
  }
}
