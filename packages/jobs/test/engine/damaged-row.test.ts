import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createHarness } from './engine-harness.ts';

/** An engine on a database file that the test damages. */
async function openFile() {
  const folder = mkdtempSync(join(tmpdir(), 'damaged-row-'));
  const file = join(folder, 'jobs.db');
  const harness = await createHarness({}, async () => ({
    openStore: (clock) => createSqliteStore({ file, clock }),
    killAll: async () => undefined,
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  }));
  onTestFinished(() => harness.close());
  return { file, harness };
}

it.each([
  ['tags', '{"a":'],
  ['tags', '7'],
  ['alerts', '["ops'],
  ['declared', 'x'],
  ['declared', '{"place":"jobs.ts:1","gone":{}}'],
  ['payload', '{'],
  ['cron', 'not a cron'],
  ['timezone', 'Mars/Base'],
])('P3: a job with damaged %s (%s) neither stops other jobs nor hides them', async (column, value) => {
  const { file, harness } = await openFile();
  const { engine } = harness;
  await engine.createJob({ id: 'damaged', name: 'Damaged', type: 'work', cron: '* * * * *' });
  await engine.createJob({ id: 'sound', name: 'Sound', type: 'work', interval: '1m' });
  await engine.stop();
  const database = new DatabaseSync(file);
  database.prepare(`UPDATE jobs SET ${column} = ? WHERE id = 'damaged'`).run(value);
  database.close();

  const again = await harness.again();
  for (let minute = 0; minute < 4; minute += 1) {
    harness.clock.advance(60_000);
    await again.tick();
  }
  const { rows } = await again.listRuns({ jobId: 'sound' });
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect((await again.listJobs({})).rows.map(({ job }) => job.id).sort()).toEqual(['damaged', 'sound']);
});

it.each(['tags', 'alerts'] as const)(
  'P3: a patch of another field does not erase damaged %s',
  async (column) => {
    const { file, harness } = await openFile();
    await harness.engine.createJob({ id: 'damaged', name: 'Damaged', type: 'work', cron: '* * * * *' });
    await harness.engine.stop();
    const stored = (sql: string) => {
      const database = new DatabaseSync(file);
      const row = database.prepare(sql).get();
      database.close();
      return row?.[column];
    };
    stored(`UPDATE jobs SET ${column} = '["a","b"' RETURNING ${column}`);

    const again = await harness.again();
    await expect(again.patchJob('damaged', { name: 'Other' })).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ pointer: `/${column}`, detail: expect.stringContaining('damaged') }],
    });
    expect(stored(`SELECT ${column} FROM jobs`)).toBe('["a","b"');
    await again.patchJob('damaged', { name: 'Other', [column]: null });
    expect(stored(`SELECT ${column} FROM jobs`)).toBeNull();
  },
);
