import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createFastClock } from './fast-clock.ts';
import { createObserver, supervise, triggerAll } from './poison.ts';

// Promise P9, lost nodes.
it('a run that kills its process each time fails alone; the nine beside it succeed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-poison-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.db');
  const observer = () => createObserver(createSqliteStore({ file, clock: createFastClock() }));
  const before = observer();
  await before.start();
  const poison = await triggerAll(before);
  await before.stop();

  const server = supervise(file);
  onTestFinished(() => server.stop());
  await expect.poll(() => liveRunsIn(file), { interval: 50 }).toBe(0);
  await server.stop();
  expect(server.kills).toBe(6);

  const after = observer();
  await after.start();
  onTestFinished(() => after.stop());
  const { rows } = await after.listRuns({ limit: 100 });
  expect(rows.filter(({ run }) => run.status === 'succeeded')).toHaveLength(9);
  expect(rows.filter(({ run }) => run.recoveries > 2).map(({ run }) => run.id)).toEqual([poison]);
  expect((await after.getRun(poison)).run).toMatchObject({ status: 'failed', reason: 'lost', recoveries: 6 });
});

function liveRunsIn(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(db.prepare('SELECT count(*) AS live FROM live_runs').get()?.live);
  } finally {
    db.close();
  }
}
