import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { JobStore } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts';
import { createHarness, job, type MakeDatabase, manualHandlers, T0 } from './engine-harness.ts';
import { engineWithStore } from './engine-suite.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), 'engine');
});
afterAll(() => database.drop());

const postgresDatabase: MakeDatabase = async () => {
  let generation = 0;
  /** A killed process does not learn that it was declared dead, and never rejoins. */
  const mortal = (store: JobStore): JobStore => {
    const born = generation;
    return {
      ...store,
      join: (node, listener) =>
        store.join(node, { ...listener, lost: () => born === generation && listener.lost() }),
    };
  };
  return {
    openStore: (clock) => mortal(createPostgresStore({ url: database.url, clock, ownClock: true })),
    async killAll() {
      generation += 1;
      await database.forgetNodes();
    },
    dispose: () => database.empty(),
  };
};

describe('engines on PostgreSQL', () => engineWithStore(postgresDatabase));

describe('two engines on one PostgreSQL', () => {
  // Promise P9, lost nodes.
  it('a slot claimed ahead by a node without a free place is run by the other node on time', async () => {
    const SLOT = T0 + 10_000;
    const h = await createHarness({ autoRun: true, concurrency: 1 }, postgresDatabase);
    onTestFinished(() => h.close());
    await h.engine.createJob(job({ onDemand: false, interval: '10s' }));
    await h.engine.createJob(job({ id: 'other' }));
    const manual = manualHandlers();
    h.deps.handler = manual.handler;
    const slot = async () =>
      (await h.engine.listRuns({ limit: 9 })).rows.find(({ run }) => run.scheduledFor === SLOT)?.run;
    await h.pass(SLOT - 60 - h.clock.now());
    await expect.poll(slot).toMatchObject({ claim: expect.any(Object) });
    const first = await slot();
    await h.beside();
    // Holds the only place of the node that has claimed.
    const other = (await h.engine.trigger('other')).run.id;
    await expect.poll(() => h.pass(5).then(() => manual.started)).toEqual([other]);
    await h.pass(SLOT - h.clock.now());
    await expect.poll(() => h.pass(5).then(() => manual.started)).toEqual([other, first?.id]);
    const run = await slot();
    expect(run).toMatchObject({ status: 'running', recoveries: 0 });
    expect(run).not.toHaveProperty('claim.fence', Reflect.get(first ?? {}, 'claim').fence);
    expect(h.clock.now()).toBeLessThan(SLOT + 500);
    for (const n of manual.started.keys()) manual.end(n);
  });
});
