import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { jobJson } from '../../src/http/views/jobs/job.ts';
import { job } from '../../src/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, work } from './engine-harness.ts';

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
  const damage = (column: string, value: string, id = 'damaged') => {
    const database = new DatabaseSync(file);
    database.prepare(`UPDATE jobs SET ${column} = ? WHERE id = ?`).run(value, id);
    database.close();
  };
  return { file, harness, damage };
}

const DAMAGED_TAGS = ['{"a":', '7', '', '[7]', '{"a":7}'];

it.each([
  ['tags', '{"a":'],
  ['tags', '7'],
  ['alerts', '["ops'],
  ['declared', 'x'],
  ['declared', '{"place":"jobs.ts:1","gone":{}}'],
  ['payload', '{'],
  ['cron', 'not a cron'],
  ['timezone', 'Mars/Base'],
])('a job with damaged %s (%s) neither stops other jobs nor hides them', async (column, value) => {
  const { harness, damage } = await openFile();
  const { engine } = harness;
  await engine.createJob({ id: 'damaged', name: 'Damaged', type: 'work', cron: '* * * * *' });
  await engine.createJob({ id: 'sound', name: 'Sound', type: 'work', interval: '1m' });
  await engine.stop();
  damage(column, value);

  const again = await harness.again();
  for (let minute = 0; minute < 4; minute += 1) {
    harness.clock.advance(60_000);
    await again.tick();
  }
  const { rows } = await again.listRuns({ jobId: 'sound' });
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect((await again.listJobs({})).rows.map(({ job }) => job.id).sort()).toEqual(['damaged', 'sound']);
});

it.each(['tags', 'alerts'] as const)('a patch of another field does not erase damaged %s', async (column) => {
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
});

it.each(DAMAGED_TAGS)('damaged tags (%s) do not hide the tags of other jobs', async (value) => {
  const { harness, damage } = await openFile();
  for (const id of ['damaged', 'sound'])
    await harness.engine.createJob({ id, name: id, type: 'work', cron: '* * * * *', tags: ['eu'] });
  await harness.engine.stop();
  damage('tags', value);
  expect(await (await harness.again()).listTags()).toEqual([{ tag: 'eu', jobs: 1 }]);
});

it('damaged alerts of a job give one warning for each version of the job, and the job says so', async () => {
  const { harness, damage } = await openFile();
  await harness.engine.createJob({ id: 'damaged', name: 'Damaged', type: 'work', cron: '* * * * *' });
  await harness.engine.stop();
  damage('alerts', '["ops');
  const warned: object[] = [];
  const warn = (fields: object, message: string) => {
    if (message.includes('damaged')) warned.push({ ...fields, message });
  };
  const again = await harness.again({ logger: { ...silentLogger, warn } });
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      harness.clock.advance(60_000);
      await again.tick();
    }
  };
  await pass(4);
  const message = expect.stringContaining('edit the job and set them again');
  expect(warned).toEqual([{ job: 'damaged', fields: ['alerts'], message }]);
  expect(jobJson(await again.getJob('damaged'))).toMatchObject({ alerts: [], damaged: ['alerts'] });
  await again.patchJob('damaged', { alerts: null });
  expect(jobJson(await again.getJob('damaged'))).toMatchObject({ damaged: [] });
  await pass(2);
  expect(warned).toHaveLength(1);
});

it.each(['x', '7', '{"place":"jobs.ts:1","gone":{}}'])(
  'a start with a damaged declaration (%s) of a job succeeds, and mends it',
  async (value) => {
    const { harness, damage } = await openFile();
    await harness.engine.stop();
    const jobs = [job(work, { id: 'declared', interval: '1h' })];
    await (await harness.again({ jobs, release: 8 })).stop();
    damage('declared', value, 'declared');
    const again = await harness.again({ jobs, release: 8 });
    const { declaration } = (await again.getJob('declared')).job;
    expect(declaration?.place).toMatch(/damaged-row\.test\.ts:\d+$/);
  },
);
