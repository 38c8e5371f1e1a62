import { describe, expect, it } from 'vitest';
import { LEVEL_KEY } from '../../src/core/nodes/membership.ts';
import { LEVEL } from '../../src/core/rules/option-levels.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import {
  definitionOf,
  every,
  HOUR,
  MINUTE,
  ON_DEMAND,
  required,
  T0,
  TYPES,
  useStore,
} from '../store-contract/rig.ts';
import { NEWER, useNewerOption } from './newer-option.ts';
import { nothing, testNodes } from './test-nodes.ts';

const nodes = testNodes('newer_options');
/** The types of a node that knows only the options of the first version. */
const OLDER = { ...TYPES, [LEVEL_KEY]: 0 };

// Promise P22, types and deploys. The ids are rows of decision 41.
describe.each([true, false])('options that a node does not know; shortcuts: %s', (on) => {
  const t = useStore(async (startMs) => {
    const clock = createFakeClock(startMs);
    const shortcuts = on ? {} : { claimPlanned: false, makeClaimed: false, triggerInOneStatement: false };
    return {
      clock,
      maxLiveRuns: 100,
      maxRunsPutOff: 100,
      createStore: () => createPostgresStore({ url: nodes.url(), clock, ownClock: true, shortcuts }),
      dispose: async () => undefined,
    };
  });
  const plan = async (types: object) => {
    const { queued } = await t.store.plan({ types: { ...types }, limit: 99, startsChains: 'all' });
    return queued.map(({ jobId }) => jobId);
  };
  const claim = async (types: object) => {
    const claimed = await t.store.claim({ node: 'here', types: { ...types }, places: 99, prefetch: 0 });
    return claimed.runs.map(({ job }) => required(claimed.jobs[job]).id);
  };

  it('D12: only a node of the newer version plans and claims a job with its option', async () => {
    await t.create('plain');
    await t.create('newer');
    await useNewerOption(nodes, 'newer');
    t.clock.advance(MINUTE);
    expect(await plan(TYPES)).toEqual(['plain']);
    expect(await claim(TYPES)).toEqual(['plain']);
    expect(await plan(NEWER)).toEqual(['newer']);
    expect(await claim(TYPES)).toEqual([]);
    expect(await claim(NEWER)).toEqual(['newer']);
  });

  it.each([
    ['priority', { priority: 'high' }],
    ['maxRunning', { overlap: 'allow', maxRunning: 3 }],
    ['expireAfterMs', { expireAfterMs: MINUTE }],
    ['cancel_previous', { overlap: 'cancel_previous' }],
    ['spread', { schedule: every(MINUTE, { spreadMs: 1 }) }],
    ['endAt', { schedule: every(MINUTE, { endAt: Date.UTC(2030, 0, 1) }) }],
  ] as const)('D12: a node of the first version leaves a job with %s to others', async (_, more) => {
    await t.create('plain');
    await t.create('a', more);
    t.clock.advance(MINUTE + 1);
    expect(await plan(OLDER)).toEqual(['plain']);
    expect(await plan(TYPES)).toEqual(['a']);
    expect(await claim(OLDER)).toEqual(['plain']);
    expect(await claim(TYPES)).toEqual(['a']);
  });

  it('D12: released nodes, which know no levels, find no key of such a job', async () => {
    await t.create('a', { priority: 'high' });
    const released = `SELECT key FROM greenvue_jobs.job_types WHERE version <= coalesce(($1::jsonb ->> type)::integer, 0)`;
    const keys = (await nodes.rows<{ key: number }>(released, [JSON.stringify(TYPES)])).map(({ key }) => key);
    const [job] = await nodes.rows<{ type_key: number }>('SELECT type_key FROM greenvue_jobs.job_wakes');
    expect(keys).not.toContain(required(job).type_key);
    expect(keys.length).toBe(1);
  });

  it('D12: an edit moves the waiting runs of a job to the nodes that know its options, and back', async () => {
    await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
    await t.trigger('a');
    const payload = { payload: '{"new":true}', checkedBy: { type: 'noop', typeVersion: 2 } } as const;
    await t.done('a', { kind: 'trigger', ...payload });
    await t.edit('a', { maxRunning: 5 });
    expect(await claim({ ...OLDER, noop: 2 })).toEqual([]);
    expect((await nodes.rows('SELECT FROM greenvue_jobs.job_types WHERE level = 1')).length).toBe(2);
    const { maxRunning: _, ...without } = await t.job('a');
    await t.done('a', { kind: 'edit', definition: without });
    expect(await claim(OLDER)).toEqual(['a']);
    expect(await claim({ ...OLDER, noop: 2 })).toEqual(['a']);
    await t.edit('a', { maxRunning: 5 });
    await t.done('a', { kind: 'trigger', ...payload });
    expect(await claim({ ...OLDER, noop: 2 })).toEqual([]);
    expect(await claim(TYPES)).toEqual([]);
    expect(await claim({ noop: 2 })).toEqual(['a']);
  });

  it('D12: runs in the groups of a limit are left to nodes that know the options of their job', async () => {
    await t.store.setTypeLimits([{ type: 'noop', version: 1, limits: { running: 9 } }]);
    await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
    await t.trigger('a');
    await t.edit('a', { maxRunning: 5 });
    await t.trigger('a');
    await t.store.regroupRuns(0);
    expect(await claim(OLDER)).toEqual([]);
    expect(await claim(TYPES)).toEqual(['a', 'a']);
  });

  it('D12: its job can be read and deleted here. All other commands are refused', async () => {
    await t.create('a', { schedule: ON_DEMAND });
    await useNewerOption(nodes, 'a');
    const { health, job } = await t.view('a');
    expect(job).toMatchObject({ id: 'a', type: 'noop', needsLevel: LEVEL + 1 });
    const reason = expect.stringContaining('needs a newer version of @greenvue/jobs');
    expect(health).toEqual({ status: 'no_handler', reason });
    const { needsLevel: _, ...known } = job;
    for (const command of [
      { kind: 'edit', definition: { ...known, name: 'Other' } },
      { kind: 'trigger' },
      { kind: 'pause', cancelLive: false },
      { kind: 'resume' },
    ] as const)
      expect(await t.command('a', command)).toMatchObject({
        kind: 'refused',
        refusal: { code: 'newer_options', detail: expect.stringContaining('Update this node') },
      });
    expect((await t.job('a')).version).toBe(1);
    await t.done('a', { kind: 'delete' });
    expect(await t.store.getJob('a', TYPES)).toBeUndefined();
  });

  it('D12: its past slots and its declaration are left to a newer node', async () => {
    const { uid } = await t.create('a');
    await useNewerOption(nodes, 'a');
    const window = { from: T0 - HOUR, to: T0, slots: [], onlyMissing: true, dryRun: true };
    const audit = { actor: 'someone', action: 'job.backfill', change: '{}' } as const;
    const asked = await t.store.backfill({ jobId: 'a', ifUid: uid, ifVersion: 1, ...window, audit });
    expect(asked).toMatchObject({ kind: 'refused', refusal: { code: 'newer_options' } });
    const inCode = {
      definition: definitionOf('a', { name: 'Other' }),
      place: 'jobs.ts:1:1',
      adopt: true,
      shown: '{}',
    };
    const input = { node: 'self', startedAt: T0, release: 1, isStart: true, jobs: [inCode] };
    const declared = await t.store.declareJobs(input);
    expect(declared).toEqual({ kind: 'done', created: [], changed: [], calendars: [] });
    expect((await t.job('a')).name).toBe('Job a');
  });

  it('D12: with a newer node, the health of the job is as usual, and its type is found', async () => {
    await t.create('a', { schedule: ON_DEMAND });
    await t.create('b', { schedule: ON_DEMAND, priority: 'low' });
    await useNewerOption(nodes, 'a');
    const ids = async (handlers: object, health: 'ok' | 'no_handler') => {
      const query = { sort: 'id', descending: false, limit: 9, type: 'noop' } as const;
      const { rows } = await t.store.listJobs({ ...query, health, handlers: { ...handlers } });
      return rows.map(({ job }) => job.id);
    };
    expect(await ids(TYPES, 'no_handler')).toEqual(['a']);
    expect(await ids(TYPES, 'ok')).toEqual(['b']);
    expect(await ids(OLDER, 'ok')).toEqual(['b']);
    expect(await ids(NEWER, 'no_handler')).toEqual([]);
    expect(await ids(NEWER, 'ok')).toEqual(['a', 'b']);
  });

  it('D12: a version of the type that comes later has the keys of the levels in use', async () => {
    await t.create('a', { schedule: ON_DEMAND, priority: 'high' });
    await t.create('b', { schedule: ON_DEMAND, typeVersion: 2 });
    const rows = await nodes.rows<{ type: string; version: number }>(
      'SELECT type, version FROM greenvue_jobs.job_types ORDER BY version, type COLLATE "C"',
    );
    const names = ['noop', 'noop level 1', 'noop level 1 high', 'noop level 1 low'];
    expect(rows).toEqual([1, 2].flatMap((version) => names.map((type) => ({ type, version }))));
  });
});

it('D12: over the API of a node of this version', async () => {
  const engine = await nodes.start({ handler: nothing });
  await engine.createJob({ id: 'a', name: 'A', type: 'work', onDemand: true });
  await useNewerOption(nodes, 'a');
  const { health } = await engine.getJob('a');
  expect(health).toMatchObject({ status: 'no_handler', reason: expect.stringContaining('newer version') });
  const refused = { code: 'conflict', message: expect.stringContaining('does not know. Update this node') };
  await expect(engine.patchJob('a', { name: 'Other' })).rejects.toMatchObject(refused);
  await expect(engine.trigger('a')).rejects.toMatchObject(refused);
  expect((await engine.listNodes()).map(({ types }) => types)).toEqual([['work']]);
});
