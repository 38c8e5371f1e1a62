import type { Clock } from '../../core/clock.ts';
import type { Queries } from './database.ts';
import { numberOf } from './run-rows.ts';

/** How often the database is asked for its time, and how many times at the start. */
const ASK_EVERY_MS = 5_000;
const FIRST_ASKS = 5;

/** The database's time (P17), read off this process's monotonic clock in between. */
export interface DatabaseClock {
  now(): number;
  /** Asks several times, and keeps the answer that took the least. */
  start(): Promise<void>;
  stop(): void;
}

/** `monotonic` and timers are those of `clock`; its `now` is not asked. */
export function createDatabaseClock(q: Queries, clock: Pick<Clock, 'monotonic' | 'setTimer'>): DatabaseClock {
  let offset = 0;
  let cancel: (() => void) | undefined;
  let stopped = false;
  const ask = async () => {
    const asked = clock.monotonic();
    const [row] = await q.arrays(NOW);
    const answered = clock.monotonic();
    const at = numberOf(row);
    if (at === undefined) throw new Error('the database did not tell its time');
    return { offset: at - (asked + answered) / 2, took: answered - asked };
  };
  const askAgain = () => {
    cancel = clock.setTimer(ASK_EVERY_MS, () => {
      ask()
        .then((answer) => {
          offset = answer.offset;
        })
        // The database is away: its clock goes on as this one does.
        .catch(() => undefined)
        .finally(() => {
          if (!stopped) askAgain();
        });
    });
  };
  return {
    now: () => Math.round(clock.monotonic() + offset),
    async start() {
      let best = await ask();
      for (let n = 1; n < FIRST_ASKS; n++) {
        const answer = await ask();
        if (answer.took < best.took) best = answer;
      }
      offset = best.offset;
      askAgain();
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}

const NOW = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
