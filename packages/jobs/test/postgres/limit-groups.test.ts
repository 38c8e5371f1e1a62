import { describe, expect, it } from 'vitest';
import {
  DAY,
  definitionOf,
  every,
  failed,
  HOUR,
  MINUTE,
  ON_DEMAND,
  required,
  SUCCEEDED,
  settlement,
  TYPES,
} from '../store-contract/rig.ts';
import { limitNodes, triggerOf } from './limit-nodes.ts';

const { rows, startNode, openTransaction } = limitNodes('limit_groups');

// Promise P29, limits and priority. The ids are rows of "Limits and priority" in docs/options-together.md.
describe('groups of types with limits', () => {
  it('L20: open transactions with the first runs of values delay no plan and no other transaction', async () => {
    const { store, limit, createJob, trigger, clock, claim } = await startNode();
    const within = required(store.within);
    await limit({ running: 9, per: '/tenant' });
    for (const id of ['a', 'b', 'c', 'd', 'e']) await createJob(id);
    const slots = { schedule: every(MINUTE), payload: '{"tenant":"A"}' };
    await store.insertJob({ definition: definitionOf('slots', slots) });
    const [one, two] = [await openTransaction(), await openTransaction()];
    // In opposite order: this would be a deadlock.
    await within(one).trigger(triggerOf('a', { tenant: 'A' }));
    await within(two).trigger(triggerOf('b', { tenant: 'B' }));
    await within(one).trigger(triggerOf('c', { tenant: 'B' }));
    await within(two).trigger(triggerOf('d', { tenant: 'A' }));
    await trigger('e', { tenant: 'A' });
    clock.advance(MINUTE);
    const planned = await store.plan({ types: { ...TYPES }, limit: 9, startsChains: 'all' });
    expect(planned.queued.map(({ jobId }) => jobId)).toEqual(['slots']);
    expect((await claim()).runs).toHaveLength(2);
    await Promise.all([one.query('COMMIT'), two.query('COMMIT')]);
    expect((await claim()).runs).toHaveLength(4);
  });

  it('L20: a transaction that can not see the new group adds a run that claims find', async () => {
    const { store, limit, createJob, trigger, claim } = await startNode();
    await limit({ running: 9, per: '/tenant' });
    await createJob('a');
    await createJob('b');
    const tx = await openTransaction('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await tx.query('SELECT count(*) FROM greenvue_jobs.jobs');
    await trigger('a', { tenant: 'A' });
    await required(store.within)(tx).trigger(triggerOf('b', { tenant: 'A' }));
    await tx.query('COMMIT');
    expect((await claim()).runs).toHaveLength(2);
  });

  it('L8: after the last key, new values get keys that are free again', async () => {
    const { limit, createJob, trigger, claim } = await startNode();
    await limit({ running: 9, per: '/tenant' });
    await createJob('a');
    await rows("SELECT setval('greenvue_jobs.limit_keys_key_seq', -1000000001, false)");
    const tenants = Array.from({ length: 150 }, (_, n) => `long-lived ${n}`);
    for (const tenant of tenants) await trigger('a', { tenant });
    await rows("SELECT setval('greenvue_jobs.limit_keys_key_seq', -2147483647, false)");
    for (const tenant of ['x', 'y', 'z']) await trigger('a', { tenant });
    let claimed = 0;
    for (let n = 0; n < 20; n += 1) claimed += (await claim()).runs.length;
    expect(claimed).toBe(153);
  });

  it('L18: a run that a node of an older version takes back is found within a minute', async () => {
    const { store, limit, createJob, trigger, claim, clock } = await startNode();
    await limit({ running: 5 });
    await createJob('a');
    await trigger('a');
    expect((await claim()).runs).toHaveLength(1);
    expect(await store.findLeftRuns?.()).toBe(false);
    // What a version without limits writes.
    await rows(
      "UPDATE greenvue_jobs.live_runs SET node = NULL, fence = NULL, status = 'queued', started_at = NULL, recoveries = 1",
    );
    clock.advance(MINUTE);
    expect(await claim()).toMatchObject({ runs: [] });
    expect(await store.findLeftRuns?.()).toBe(true);
    expect(await store.findLeftRuns?.()).toBe(false);
    expect((await claim()).runs).toHaveLength(1);
  });

  it('L18: a run that is taken back is found although another run of its group is due much later', async () => {
    const { store, limit, createJob, trigger, claim, clock } = await startNode();
    await limit({ running: 5 });
    await createJob('a');
    await trigger('a');
    expect((await claim()).runs).toHaveLength(1);
    await trigger('a');
    await rows(
      'UPDATE greenvue_jobs.live_runs SET available_at = available_at + 604800000 WHERE node IS NULL',
    );
    expect((await claim()).runs).toEqual([]);
    expect(await store.findLeftRuns?.()).toBe(false);
    await rows(
      "UPDATE greenvue_jobs.live_runs SET node = NULL, fence = NULL, status = 'queued', started_at = NULL WHERE node IS NOT NULL",
    );
    clock.advance(MINUTE);
    expect(await claim()).toMatchObject({ runs: [] });
    expect(await store.findLeftRuns?.()).toBe(true);
    expect((await claim()).runs).toHaveLength(1);
  });

  it('L8: a prune leaves a new key of an old group whose first run is not committed yet', async () => {
    const { store, limit, createJob, trigger, claim, clock } = await startNode();
    const retention = { finishedPerJob: 9, skippedPerJob: 9, maxAgeMs: 90 * DAY, countsMaxAgeMs: 90 * DAY };
    await limit({ running: 1, per: '/tenant' });
    await createJob('a');
    const high = definitionOf('b', { schedule: ON_DEMAND, overlap: 'allow', priority: 'high' });
    await store.insertJob({ definition: high });
    await trigger('a', { tenant: 'A' });
    const [run] = (await claim()).runs;
    await store.settle([settlement(required(run), SUCCEEDED, clock.now())]);
    clock.advance(25 * HOUR);
    const tx = await openTransaction('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await tx.query('SELECT count(*) FROM greenvue_jobs.jobs');
    await required(store.within)(tx).trigger(triggerOf('b', { tenant: 'A' }));
    await store.prune(retention);
    await tx.query('COMMIT');
    expect((await claim()).runs).toHaveLength(1);
  });

  it('L18: a run whose key is gone gets the key of its group again', async () => {
    const { store, limit, createJob, trigger, claim } = await startNode();
    await limit({ running: 1, per: '/tenant' });
    await createJob('a');
    await trigger('a', { tenant: 'A' });
    await rows('DELETE FROM greenvue_jobs.limit_looks');
    await rows('DELETE FROM greenvue_jobs.limit_keys');
    expect(await claim()).toMatchObject({ runs: [] });
    expect(await store.findLeftRuns?.()).toBe(true);
    expect((await claim()).runs).toHaveLength(1);
  });

  it('L8: a look at a value that was pruned while its last run ended is removed within a minute', async () => {
    const { store, limit, createJob, trigger, claim, clock } = await startNode();
    await limit({ running: 1, per: '/tenant' });
    await createJob('a');
    await trigger('a', { tenant: 'A' });
    await claim();
    await rows(
      'INSERT INTO greenvue_jobs.limit_looks SELECT key - 1, type_key, 0, 0 FROM greenvue_jobs.limit_keys',
    );
    expect((await claim()).nextDueAt).toBe(0);
    await store.findLeftRuns?.();
    expect((await claim()).nextDueAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(clock.now());
  });

  it('L18: a node that knows removed limits makes a run, and the node that removed them is killed', async () => {
    const old = await startNode();
    await old.limit({ running: 5 });
    await old.createJob('a');
    const killed = await startNode(old.clock);
    await killed.store.setTypeLimits([{ type: 'noop', version: 1, limits: {} }]);
    await killed.regroup();
    await old.trigger('a');
    const next = await startNode(old.clock);
    const done = await next.store.setTypeLimits([{ type: 'noop', version: 1, limits: {} }]);
    expect(done).toHaveLength(1);
    await next.regroup({ done });
    expect((await next.claim()).runs).toHaveLength(1);
    // A second run, after the last pass: the upkeep moves it.
    await old.trigger('a');
    old.clock.advance(HOUR);
    expect((await next.claim()).runs).toEqual([]);
    expect(await next.store.findLeftRuns?.()).toBe(true);
    expect((await next.claim()).runs).toHaveLength(1);
    expect(await next.store.findLeftRuns?.()).toBe(false);
  });

  it('L18: a run that a node without the new limits lets wait again starts after the second regrouping', async () => {
    const old = await startNode();
    await old.createJob('a');
    await old.trigger('a');
    const [run] = (await old.claim()).runs;
    const starting = await startNode(old.clock);
    await starting.limit({ running: 5 });
    expect((await starting.claim()).runs).toEqual([]);
    await old.store.settle([settlement(required(run), failed(), old.clock.now())]);
    await starting.regroup();
    old.clock.advance(HOUR);
    expect((await starting.claim()).runs).toHaveLength(1);
  });
});
