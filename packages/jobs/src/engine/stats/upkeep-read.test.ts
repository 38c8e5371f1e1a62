import { expect, test } from 'vitest';
import type { DatabaseUpkeep } from '../../core/store/database-upkeep.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createUpkeepRead } from './upkeep-read.ts';

const SECOND = 1_000;

test.each([
  ['at once', 0, 30],
  ['after 1 s', 1, 30],
  ['with a timeout of 30 s', 30, 600],
])(
  'a reading that fails %s is tried again in proportion to its time, and the earlier one stays',
  async (_, tookS, retryS) => {
    const clock = createFakeClock(0);
    let reads = 0;
    let fails = false;
    const store = {
      async readUpkeep(): Promise<DatabaseUpkeep> {
        reads += 1;
        if (fails) {
          clock.advance(tookS * SECOND);
          throw new Error('canceling statement due to statement timeout');
        }
        const wraparound = { database: 'greenvue', age: 1, freezeMaxAge: 2 };
        return { readAt: reads, horizon: undefined, wraparound, tables: [] };
      },
    };
    const read = createUpkeepRead({ store, clock });
    expect(await read()).toMatchObject({ readAt: 1 });
    clock.advance(60 * SECOND);
    fails = true;
    expect(await read()).toMatchObject({ readAt: 1 });
    clock.advance((retryS - 1) * SECOND);
    expect(await read()).toMatchObject({ readAt: 1 });
    expect(reads).toBe(2);
    fails = false;
    clock.advance(SECOND);
    expect(await read()).toMatchObject({ readAt: 3 });
  },
);
