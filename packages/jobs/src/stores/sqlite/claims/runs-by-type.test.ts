import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { definitionOf, every, MINUTE, required, T0 } from '../../../../test/store-contract/rig.ts';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { createSqliteStore } from '../store.ts';

// SQLite takes at most 500 SELECTs in one statement.
it('a node of 600 types plans and claims their runs in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'many-types-'));
  const clock = createFakeClock(T0);
  const store = createSqliteStore({ file: join(folder, 'jobs.db'), clock });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  await store.open();
  const names = Array.from({ length: 600 }, (_, n) => `type-${n}`);
  const types = Object.fromEntries(names.map((type) => [type, 1]));
  const limits = { running: 1 };
  await store.setTypeLimits(['type-1', 'type-598'].map((type) => ({ type, version: 1, limits })));
  const options = { schedule: every(MINUTE), overlap: 'allow' } as const;
  const create = (type: string) => store.insertJob({ definition: definitionOf(type, { ...options, type }) });
  // Its type has the last key.
  for (const name of names.slice(0, -1)) await create(name);
  clock.advance(-1);
  await create('type-599');
  const trigger = async (jobId: string) => {
    clock.advance(1);
    const result = await store.command({ jobId, command: { kind: 'trigger' } });
    return result.kind === 'done' ? required(result.queued[0]).id : result.kind;
  };
  const claim = async (places: number, prioritySlots = 0) => {
    const ahead = { ms: 1, runs: 1 };
    const room = { places, prefetch: 0, prioritySlots, ahead };
    const { runs, jobs } = await store.claim({ node: 'node', types, ...room });
    return runs.map(({ id, job }) => ({ id, job: jobs[job]?.id }));
  };
  const inOrder = ['type-599', 'type-0', 'type-598', 'type-1'];
  const ids = [];
  for (const jobId of inOrder) ids.push(await trigger(jobId));
  for (const [n, job] of inOrder.slice(0, -1).entries())
    expect(await claim(1)).toEqual([{ id: ids[n], job }]);
  await trigger('type-2');
  clock.advance(MINUTE);
  const { queued } = await store.plan({ types, limit: 1 });
  expect(queued.map(({ jobId }) => jobId)).toEqual(['type-599']);
  await store.plan({ types, limit: 1_000 });
  // A slot goes before the run that has waited longer.
  expect((await claim(1, 1))[0]).toMatchObject({ job: 'type-599' });
});
