import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { silentLogger } from '../silent-logger.ts';

const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => undefined,
});

/** Overwrites the first page of the run history, which is not read before a run ends. */
function spoilHistory(file: string): void {
  const database = new DatabaseSync(file);
  const page = Number(
    database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'runs'").get()?.rootpage,
  );
  database.close();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(8, 0xa5), 0, 8, (page - 1) * 4096);
  closeSync(handle);
}

it('an engine that cannot settle runs because of a damaged page says so and takes no more triggers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'damaged-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = createFakeClock(Date.UTC(2026, 0, 5));
  const file = join(folder, 'jobs.db');
  const start = async () => {
    const store = createSqliteStore({ file, clock });
    const engine = createEngine({
      store,
      jobTypes: [work],
      deps: {},
      clock,
      autoRun: false,
      logger: silentLogger,
    });
    await engine.start();
    return engine;
  };
  const before = await start();
  await before.createJob({ id: 'job', name: 'Job', type: 'work', onDemand: true, overlap: 'allow' });
  await before.stop();
  spoilHistory(file);

  const engine = await start();
  const damaged = { name: 'StoreError', code: 'damaged' };
  for (let second = 0; second < 5; second += 1) {
    await engine.trigger('job');
    await engine.check();
    await expect(engine.tick()).rejects.toMatchObject(damaged);
    clock.advance(1_000);
  }
  await expect(engine.check()).rejects.toMatchObject(damaged);
  await expect(engine.trigger('job')).rejects.toMatchObject(damaged);
  expect((await engine.getJob('job')).job.id).toBe('job');
  const passing = setInterval(() => clock.advance(5_000), 5);
  await engine.stop();
  clearInterval(passing);
});
