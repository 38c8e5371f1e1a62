import type { Clock } from '../../../core/clock.ts';
import { numberOf } from '../../rows/first-column.ts';
import type { TimeSample } from './database.ts';
import type { Queries } from './queries.ts';

/** How often the database is asked for its time at least, and how many times at the start. */
const ASK_EVERY_MS = 5_000;
const FIRST_ASKS = 5;

/**
 * The database's time (P17, clock), read off this process's monotonic clock. What decides takes its time from
 * its transaction; this is for sleeping until something is due, and for times that a node tells. Each
 * transaction corrects it. `monotonic` and timers are those of `clock`; its `now` is not asked.
 */
export function createDatabaseClock(clock: Pick<Clock, 'monotonic' | 'setTimer'>) {
  let offset: number | undefined;
  let cancel: (() => void) | undefined;
  let stopped = false;
  /**
   * The database's time lies between what it would be had it looked at once, and had it looked last. What is
   * known goes no further than it has to: an answer that took long says little, and changes little.
   */
  const learn = ({ askedAt, answeredAt, now }: TimeSample) => {
    offset ??= now - (askedAt + answeredAt) / 2;
    // It tells whole milliseconds, rounded down.
    offset = Math.min(Math.max(offset, now - answeredAt), now + 1 - askedAt);
  };
  const ask = async (q: Queries) => {
    const askedAt = clock.monotonic();
    const [row] = await q.arrays(NOW);
    const now = numberOf(row);
    if (now === undefined) throw new Error('the database did not tell its time');
    learn({ askedAt, answeredAt: clock.monotonic(), now });
  };
  const askAgain = (q: Queries) => {
    cancel = clock.setTimer(ASK_EVERY_MS, () => {
      ask(q)
        // The database is away: its clock goes on as this one does.
        .catch(() => undefined)
        .finally(() => {
          if (!stopped) askAgain(q);
        });
    });
  };
  return {
    now: () => Math.floor(clock.monotonic() + (offset ?? 0)),
    monotonic: () => clock.monotonic(),
    learn,
    /** Asks several times, and then now and then. */
    async start(q: Queries): Promise<void> {
      for (let n = 0; n < FIRST_ASKS; n++) await ask(q);
      askAgain(q);
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}

const NOW = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
