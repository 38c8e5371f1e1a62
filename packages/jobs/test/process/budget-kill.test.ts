import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { end, folderOfTest, startChild } from './killed-child.ts';

const KILLS = 10;

/** What the database says of the only job. */
function stateOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const one = (sql: string) => Object.values(db.prepare(sql).get() ?? {})[0];
    const recent = Number(one('SELECT coalesce(recent_failures, 0) FROM jobs'));
    return {
      isPaused: one('SELECT status FROM jobs') === 'paused',
      recent: recent.toString(2).replaceAll('0', '').length,
      pauses: Number(one("SELECT count(*) FROM audit WHERE action = 'job.pause' AND actor = 'engine'")),
      resumes: Number(one("SELECT count(*) FROM audit WHERE action = 'job.resume'")),
      failed: Number(one('SELECT count(*) FROM runs WHERE status = 3')),
    };
  } finally {
    db.close();
  }
}

// Promise P23, failure budget.
it(`each second failure pauses the job exactly once, through ${KILLS} kills at any instant`, async () => {
  const file = join(folderOfTest('budget'), 'jobs.db');
  let last = 0;
  for (let n = 0; n < KILLS; n += 1) {
    const started = await startChild('./budget-child.ts', file);
    // Each process pauses the job at least once, however slow the machine is. Then any instant will do.
    await vi.waitFor(() => expect(stateOf(file).pauses).toBeGreaterThan(last), CONDITION_MS);
    await new Promise((resolve) => setTimeout(resolve, (n * 7_919) % 211));
    await end(started, 'SIGKILL');
    const { isPaused, recent, pauses, resumes, failed } = stateOf(file);
    expect(pauses - resumes).toBe(isPaused ? 1 : 0);
    expect(failed).toBe(2 * resumes + recent);
    expect(recent).toBe(isPaused ? 2 : failed % 2);
    last = pauses;
  }
  expect(last).toBeGreaterThanOrEqual(KILLS);
});
