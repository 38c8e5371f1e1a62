import { expect, it } from 'vitest';
import type { TypeVersions } from '../../src/core/nodes/membership.ts';
import type { PlanInput } from '../../src/core/store/store-passes.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { ON_DEMAND, TYPES, useStore } from '../store-contract/rig.ts';
import { NEWER, removeNewerOption, useNewerOption } from './newer-option.ts';
import { testNodes } from './test-nodes.ts';

const nodes = testNodes('newer_followers');
const t = useStore(async (startMs) => {
  const clock = createFakeClock(startMs);
  return {
    clock,
    maxLiveRuns: 100,
    maxRunsPutOff: 100,
    createStore: () => createPostgresStore({ url: nodes.url(), clock, ownClock: true }),
    dispose: async () => undefined,
  };
});

/** More than one plan takes. */
const MANY = 600;

const createUpstream = (id: string) => t.create(id, { schedule: ON_DEMAND, overlap: 'allow' });
const follow = (id: string, job: string) =>
  t.create(id, { schedule: { kind: 'after', job, on: 'succeeded' }, overlap: 'allow' });
/** The jobs whose runs a plan has made, in the order of their ids. */
const plan = async (types: TypeVersions, startsChains: PlanInput['startsChains'] = 'all') => {
  const { queued, hasEnds = false } = await t.store.plan({ types, limit: 99, startsChains });
  return { jobs: queued.map(({ jobId }) => jobId).sort(), hasEnds };
};
const took = (...jobs: readonly string[]) => ({ jobs, hasEnds: false });
const endRun = async (id: string) => {
  const run = await t.trigger(id);
  const { runs } = await t.claim();
  await t.settleAll(runs);
  return run.id;
};
const leftEnds = async () => {
  const [row] = await nodes.rows<{ count: number }>(
    'SELECT count(*)::integer AS count FROM greenvue_jobs.upstream_ends',
  );
  return row?.count;
};
/** Notes many ends of the job's last run, as if as many runs had ended. */
const repeatEnds = (id: string) =>
  nodes.rows(
    `INSERT INTO greenvue_jobs.upstream_ends (job_id, run_id, status, at)
      SELECT job_id, run_id, status, at FROM greenvue_jobs.upstream_ends CROSS JOIN generate_series(2, ${MANY})
      WHERE job_id = $1`,
    [id],
  );

// Promise P22, types and deploys. The ids are rows of decision 41.
it('D12: a job with a newer option takes its ends on a newer node. Other jobs take them at once', async () => {
  await createUpstream('import');
  await follow('newer', 'import');
  await follow('other', 'import');
  await useNewerOption(nodes, 'newer');
  await endRun('import');
  expect(await plan(TYPES)).toEqual(took('other'));
  expect(await plan(TYPES)).toEqual(took());
  expect(await plan(NEWER)).toEqual(took('newer'));
  expect(await plan(NEWER)).toEqual(took());
  expect(await leftEnds()).toBe(0);
});

it('D12: a newer node that is first takes an end for all jobs', async () => {
  await createUpstream('import');
  await follow('newer', 'import');
  await follow('other', 'import');
  await useNewerOption(nodes, 'newer');
  const upstream = await endRun('import');
  expect(await plan(NEWER, 'noted')).toEqual(took('newer', 'other'));
  expect(await plan(TYPES)).toEqual(took());
  const triggered = (await t.store.getRun(upstream))?.triggered?.map(({ jobId }) => jobId);
  expect(triggered?.toSorted()).toEqual(['newer', 'other']);
});

it('D12: many ends that wait for a newer node are in nobody’s way', async () => {
  await createUpstream('import');
  await follow('newer', 'import');
  await useNewerOption(nodes, 'newer');
  await createUpstream('second');
  await follow('other', 'second');
  await endRun('import');
  await repeatEnds('import');
  expect(await plan(TYPES)).toEqual({ jobs: [], hasEnds: true });
  expect(await plan(TYPES)).toEqual(took());
  expect(await leftEnds()).toBe(MANY);
  await endRun('second');
  expect(await plan(TYPES, 'noted')).toEqual(took('other'));
  await endRun('second');
  expect(await plan(TYPES, 'all')).toEqual(took('other'));
  expect(await plan(NEWER, 'noted')).toEqual(took());
  const first = await plan(NEWER);
  expect(first.hasEnds).toBe(true);
  const { jobs } = await plan(NEWER);
  expect([...first.jobs, ...jobs]).toEqual(Array(MANY).fill('newer'));
  expect(await plan(NEWER)).toEqual(took());
});

it('D12: after an edit that removes the option, an old node takes the end that it has left', async () => {
  await createUpstream('import');
  await follow('newer', 'import');
  await follow('other', 'import');
  await useNewerOption(nodes, 'newer');
  await endRun('import');
  expect(await plan(TYPES)).toEqual(took('other'));
  await removeNewerOption(nodes, 'newer');
  expect(await plan(TYPES)).toEqual(took('newer'));
  await useNewerOption(nodes, 'other');
  expect(await plan(NEWER)).toEqual(took());
});

it('D12: a paused job gets no end later, and ends that were left to a deleted job are removed', async () => {
  await createUpstream('import');
  for (const id of ['deleted', 'paused']) await follow(id, 'import');
  await t.done('paused', { kind: 'pause', cancelLive: false });
  for (const id of ['deleted', 'paused']) await useNewerOption(nodes, id);
  await endRun('import');
  expect(await plan(TYPES)).toEqual(took());
  expect(await leftEnds()).toBe(1);
  await t.done('deleted', { kind: 'delete' });
  expect(await plan(TYPES)).toEqual(took());
  expect(await leftEnds()).toBe(0);
});
