import type { Clock } from '../../../core/clock.ts';
import { numberOf } from '../../rows/first-column.ts';
import type { TimeSample } from './database.ts';
import type { Statements } from './queries.ts';

/** How often the node asks the database for its time, and how many times at the start. */
const ASK_EVERY_MS = 5_000;
const FIRST_ASKS = 5;

/**
 * The database's time (P17, clock), computed from this process's monotonic clock. Each transaction corrects
 * it. Use it for sleeps and reports; decisions use the time of their transaction.
 */
export class DatabaseClock {
  readonly #clock: Pick<Clock, 'monotonic' | 'setTimer'>;
  #offset: number | undefined;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(clock: Pick<Clock, 'monotonic' | 'setTimer'>) {
    this.#clock = clock;
  }

  now(): number {
    return Math.floor(this.#clock.monotonic() + (this.#offset ?? 0));
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  /**
   * Corrects the offset as little as possible: the database read its clock at some instant between the
   * question and the answer. A slow answer is imprecise, so it changes little.
   */
  learn({ askedAt, answeredAt, now }: TimeSample): void {
    this.#offset ??= now - (askedAt + answeredAt) / 2;
    // The database rounds down to whole milliseconds.
    this.#offset = Math.min(Math.max(this.#offset, now - answeredAt), now + 1 - askedAt);
  }

  /** Asks several times in a row, and then every 5 s. */
  async start(q: Statements): Promise<void> {
    for (let n = 0; n < FIRST_ASKS; n++) await this.#ask(q);
    this.#askAgain(q);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  async #ask(q: Statements): Promise<void> {
    const askedAt = this.monotonic();
    const [row] = await q.arrays(NOW);
    const now = numberOf(row);
    if (now === undefined) throw new Error('the database did not tell its time');
    this.learn({ askedAt, answeredAt: this.monotonic(), now });
  }

  #askAgain(q: Statements): void {
    this.#cancel = this.#clock.setTimer(ASK_EVERY_MS, () => {
      this.#ask(q)
        // If the database is unreachable, its time is assumed to advance like this process's clock.
        .catch(() => undefined)
        .finally(() => {
          if (!this.#isStopped) this.#askAgain(q);
        });
    });
  }
}

const NOW = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
