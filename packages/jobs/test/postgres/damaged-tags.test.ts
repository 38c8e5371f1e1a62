import { expect, inject, onTestFinished, test } from 'vitest';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createHarness, job } from '../engine/engine-harness.ts';
import { createTestDatabase } from './test-database.ts';

test.each(['{"a":', '7', '', '[7]', '["a""b"]', '["\\u0000"]'])(
  'damaged tags (%s) of a job do not hide the tags of other jobs',
  async (value) => {
    const { rows, url, drop } = await createTestDatabase(inject('postgresUrl'), 'damaged_tags');
    onTestFinished(drop);
    const { engine, close } = await createHarness({}, async () => ({
      openStore: (clock) => createPostgresStore({ url, clock, ownClock: true }),
      killAll: async () => undefined,
      dispose: async () => undefined,
    }));
    onTestFinished(close);
    for (const id of ['damaged', 'sound']) await engine.createJob(job({ id, tags: ['eu', `of:${id}`] }));
    await rows(`UPDATE greenvue_jobs.jobs SET tags = $1 WHERE id = 'damaged'`, [value]);
    expect(await engine.listTags()).toEqual([
      { tag: 'eu', jobs: 1 },
      { tag: 'of:sound', jobs: 1 },
    ]);
  },
);
