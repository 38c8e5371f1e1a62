import { expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../src/stores/postgres/index.ts';
import { KEYS_OF_LEVEL } from '../../src/stores/rows/queue-key.ts';
import { definitionOf, ON_DEMAND, required, T0 } from '../store-contract/rig.ts';
import { createRaces, NOOP_LISTENER } from './races.ts';

const races = await createRaces();
const NEWER = { type: 'noop', typeVersion: 3 } as const;
const HIGH = { schedule: ON_DEMAND, overlap: 'allow', priority: 'high' } as const;

// Promises P22, types and deploys; P29, limits and priority.
it('a node starts a run of priority of its newer version, which it added while another node made queues', async () => {
  const { store, other, url, isWaiting } = races;
  await store.insertJob({ definition: definitionOf('plain', { schedule: ON_DEMAND }) });
  await other.query(`BEGIN; ${FIRST_QUEUE}`);
  const made = store.insertJob({ definition: definitionOf('a', HIGH) });
  await expect.poll(isWaiting, { interval: 2 }).toBe(true);

  const types = { noop: NEWER.typeVersion };
  const later = postgres(url);
  await later.open();
  onTestFinished(() => later.close());
  const joining = later.join({ id: 'later', version: '1', places: 9, types, startedAt: T0 }, NOOP_LISTENER);
  // It may wait for the other node.
  await Promise.race([joining, new Promise((resolve) => setTimeout(resolve, 300))]);
  await other.query('ROLLBACK');
  await made;
  const membership = await joining;
  onTestFinished(() => membership.leave());

  const command = { kind: 'trigger', payload: '{"new":true}', checkedBy: NEWER } as const;
  const asked = await later.command({ jobId: 'a', command });
  if (asked.kind !== 'done') throw new Error(asked.kind);
  const { runs } = await later.claim({ node: 'later', types, places: 9, prefetch: 0 });
  expect(runs.map(({ id }) => id)).toEqual([required(asked.queued[0]).id]);
});

it('a prune keeps the queues of a type without jobs: a node that remembers them starts its next run of priority', async () => {
  const { store, url } = races;
  const another = postgres(url);
  await another.open();
  onTestFinished(() => another.close());
  await another.insertJob({ definition: definitionOf('a', HIGH) });
  await store.command({ jobId: 'a', command: { kind: 'delete' } });
  while ((await store.prune(NOTHING_KEPT)).more);
  expect((await races.other.query('SELECT FROM greenvue_jobs.jobs')).rows).toEqual([]);

  await another.insertJob({ definition: definitionOf('b', HIGH) });
  await another.command({ jobId: 'b', command: { kind: 'trigger' } });
  expect((await races.claim(9)).runs).toHaveLength(1);
});

const NOTHING_KEPT = { finishedPerJob: 0, skippedPerJob: 0, maxAgeMs: 0, countsMaxAgeMs: 0 };
/** A statement that makes the same queue waits for the end of the transaction. */
const FIRST_QUEUE = `INSERT INTO greenvue_jobs.job_types (key, type, version, of_type) OVERRIDING SYSTEM VALUE
  SELECT -2 * (key + ${KEYS_OF_LEVEL}), type || ' level 1 high', version, type FROM greenvue_jobs.job_types WHERE key > 0 AND of_type IS NULL`;
