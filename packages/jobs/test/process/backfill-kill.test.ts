import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { end, folderOfTest, hasEnded, startChild } from './killed-child.ts';

const KILLS = 8;
const SLOTS = 400;

/** How many slots the backfill has run, and whether it has run one twice. */
function stateOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const one = (sql: string) => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
    const ofBackfill = 'status = 2 AND catch_up = 1 AND missed = 0';
    return {
      runs: one(`SELECT count(*) FROM runs WHERE ${ofBackfill}`),
      slots: one(`SELECT count(DISTINCT scheduled_for) FROM runs WHERE ${ofBackfill}`),
      asked: one('SELECT slots FROM backfills'),
      toCome: one('SELECT count(*) FROM backfill_slots WHERE taken_at IS NULL'),
      left: one('SELECT coalesce(backfill_left, 0) FROM jobs'),
      live: one('SELECT count(*) FROM live_runs WHERE catch_up = 1 AND missed = 0'),
    };
  } finally {
    db.close();
  }
}

// Promise P37, backfill.
it(`a backfill runs each of its slots once, through ${KILLS} kills at any instant`, async () => {
  const file = join(folderOfTest('backfill'), 'jobs.db');
  const start = () => startChild('./backfill-child.ts', file, String(SLOTS));
  for (let n = 0; n < KILLS; n += 1) {
    const started = await start();
    await new Promise((resolve) => setTimeout(resolve, 5 + ((n * 7_919) % 61)));
    await end(started, 'SIGKILL');
    const { runs, slots, asked, toCome, left, live } = stateOf(file);
    expect(slots).toBe(runs);
    expect(toCome + live + runs).toBe(asked);
    expect(left).toBe(toCome);
  }
  const last = await start();
  if (!hasEnded(last)) await once(last, 'exit');
  const { runs, slots, asked, toCome } = stateOf(file);
  expect({ runs, slots, toCome }).toEqual({ runs: asked, slots: asked, toCome: 0 });
  expect(asked).toBeGreaterThanOrEqual(SLOTS);
});
