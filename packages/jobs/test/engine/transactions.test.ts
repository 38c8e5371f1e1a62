import { expect, it, onTestFinished } from 'vitest';
import type { Transaction } from '../../src/index.ts';
import { createHarness, sqliteDatabase } from './engine-harness.ts';

it("a caller's transaction is refused where the jobs have a database of their own, and nothing is done", async () => {
  const harness = await createHarness({}, sqliteDatabase);
  onTestFinished(() => harness.close());
  const { engine } = harness;
  const asked: string[] = [];
  const tx: Transaction = {
    query: async (text) => {
      asked.push(text);
      return { rows: [] };
    },
  };
  const job = { id: 'a', name: 'A', type: 'work', onDemand: true } as const;
  const refused = { name: 'EngineError', code: 'invalid', message: expect.stringContaining('PostgreSQL') };
  await expect(engine.createJob(job, { tx })).rejects.toMatchObject(refused);
  await engine.createJob(job);
  await expect(engine.trigger('a', { tx })).rejects.toMatchObject(refused);
  expect(asked).toEqual([]);
  expect((await engine.listRuns({ limit: 1 })).rows).toEqual([]);
});
