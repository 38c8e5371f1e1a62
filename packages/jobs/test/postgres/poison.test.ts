import { expect, inject, it, onTestFinished } from 'vitest';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createFastClock } from '../process/fast-clock.ts';
import { createObserver, supervise, triggerAll } from '../process/poison.ts';
import { createTestDatabase } from './test-database.ts';

// Promise P9, lost nodes.
it('a run that kills its process each time takes one node at a time; the nine beside it succeed', async () => {
  const database = await createTestDatabase(inject('postgresUrl'), 'poison');
  onTestFinished(() => database.drop());
  const store = createPostgresStore({ url: database.url, clock: createFastClock(), ownClock: true });
  const observer = createObserver(store);
  await observer.start();
  onTestFinished(() => observer.stop());
  const poison = await triggerAll(observer);

  const nodes = Array.from({ length: 3 }, () => supervise(database.url));
  onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.stop()))));
  const runs = async () => (await observer.listRuns({ limit: 100 })).rows.map(({ run }) => run);
  const ended = async () =>
    (await runs()).filter(({ status }) => status === 'succeeded' || status === 'failed');
  await expect.poll(async () => (await ended()).length, { interval: 50 }).toBe(10);
  // Each loss of the run killed the node that ran it, and no other.
  expect(nodes.reduce((sum, { kills }) => sum + kills, 0)).toBe(6);
  expect((await runs()).filter(({ status }) => status === 'succeeded')).toHaveLength(9);
  expect((await runs()).filter(({ recoveries }) => recoveries > 2).map(({ id }) => id)).toEqual([poison]);
  expect((await observer.getRun(poison)).run).toMatchObject({ status: 'failed', reason: 'lost' });
});
