import { describe, inject, it, type TestContext } from 'vitest';
import { LEASE_MS } from '../../src/core/nodes/lease.ts';
import type { Engine } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createNetwork } from './dead-network.ts';
import { type HoldNode, startHoldNode } from './hold-job.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { NOOP_LISTENER } from './races.ts';
import { createTestDatabase, type TestDatabase, untilUpForLease } from './test-database.ts';

const POLL = { interval: 50 };

/** Tests run at the same time, so each cleans up what it started. */
type Test = Pick<TestContext, 'expect' | 'onTestFinished'>;

async function startNode(test: Test, url: string, places: number): Promise<HoldNode> {
  const node = await startHoldNode(url, { places });
  test.onTestFinished(() => node.engine.stop());
  return node;
}

async function startProcess(
  test: Test,
  url: string,
  options: { maxStallMs?: number } = {},
): Promise<NodeProcess> {
  const node = await startNodeProcess(url, options);
  test.onTestFinished(async () => {
    node.signal('SIGKILL');
    await node.ended;
  });
  return node;
}

interface Prepared extends Pick<TestDatabase, 'url' | 'rows'> {
  readonly api: Engine;
}

/** A database of its own with an API-only node and a job. */
async function prepare(test: Test): Promise<Prepared> {
  const database = await createTestDatabase(inject('postgresUrl'), 'lost');
  test.onTestFinished(() => database.drop());
  await untilUpForLease(database.url);
  const { engine } = await startNode(test, database.url, 0);
  await engine.createJob({ id: 'job', name: 'Job', type: 'hold', onDemand: true });
  return { url: database.url, rows: database.rows, api: engine };
}

const runOf = async (engine: Engine, runId: string) => (await engine.getRun(runId)).run;
const nodesOf = async (engine: Engine) => (await engine.stats()).nodes.length;

/** Starts the job's run on the first node, and then starts the second node. */
async function startRun(test: Test, { api, url }: Prepared, payload = {}, options = {}) {
  const first = await startProcess(test, url, options);
  const { run } = await api.trigger('job', { payload });
  await test.expect.poll(() => first.has(`started ${run.id}`), POLL).toBe(true);
  const second = await startProcess(test, url);
  return { first, second, runId: run.id };
}

// Promise P9, lost nodes. Lessons 16, locks that outlive a crash; 17, busy event loops and shutdowns.
describe.concurrent('lost nodes', () => {
  it('a killed process: its run starts elsewhere long before its lease ends, and costs no attempt', async (test) => {
    const prepared = await prepare(test);
    const { api } = prepared;
    const { first, second, runId } = await startRun(test, prepared);
    const killed = performance.now();
    first.signal('SIGKILL');
    await test.expect.poll(() => second.has(`started ${runId}`), POLL).toBe(true);
    test.expect(performance.now() - killed).toBeLessThan(10_000);
    test.expect(await runOf(api, runId)).toMatchObject({ status: 'running', recoveries: 1, failures: 0 });
    test.expect(await nodesOf(api)).toBe(2);
  });

  it('a run that kills its process too often fails, and subscribers at every node get the event', async (test) => {
    const prepared = await prepare(test);
    const { rows, api } = prepared;
    const heard: string[] = [];
    api.subscribe((event) => {
      if (event !== 'reset') heard.push(`${event.type} ${event.runId}`);
    });
    const { first, runId } = await startRun(test, prepared);
    await rows('UPDATE greenvue_jobs.live_runs SET recoveries = 5');
    first.signal('SIGKILL');
    await test.expect.poll(() => heard, POLL).toContain(`run.failed ${runId}`);
    test.expect(await runOf(api, runId)).toMatchObject({ status: 'failed', reason: 'lost', recoveries: 6 });
  });

  it('a process that stops while others run gives its run back at no cost', async (test) => {
    const prepared = await prepare(test);
    const { api } = prepared;
    const { first, second, runId } = await startRun(test, prepared);
    first.signal('SIGTERM');
    test.expect(await first.ended).toBe(0);
    test.expect(first.has(`stopped ${runId} ShutdownError`)).toBe(true);
    await test.expect.poll(() => second.has(`started ${runId}`), POLL).toBe(true);
    test.expect(await runOf(api, runId)).toMatchObject({ status: 'running', recoveries: 0, failures: 0 });
  });

  it('a process whose handler can’t be ended: it lives on for the others until it is gone, and only then they take the run', async (test) => {
    const prepared = await prepare(test);
    const { rows, api } = prepared;
    const { first, second, runId } = await startRun(test, prepared, { ignores: true });
    const claimed = await runOf(api, runId);
    const node = 'claim' in claimed ? claimed.claim?.node : undefined;
    const beat = async () => (await rows('SELECT beat_at FROM greenvue_jobs.nodes WHERE id = $1', [node]))[0];
    first.signal('SIGTERM');
    await test.expect.poll(() => first.has('left'), POLL).toBe(true);
    const last = await beat();
    test.expect(last).toBeDefined();
    await test.expect.poll(beat, POLL).not.toEqual(last);
    test.expect(await beat()).toBeDefined();
    test.expect(await runOf(api, runId)).toMatchObject({ status: 'running', claim: { node }, recoveries: 0 });
    test.expect(second.has('started')).toBe(false);
    first.signal('SIGKILL');
    await test.expect.poll(() => second.has(`started ${runId}`), POLL).toBe(true);
    test.expect(await runOf(api, runId)).toMatchObject({ status: 'running', recoveries: 1, failures: 0 });
  });

  it('a frozen process: its lease ends although it holds its lock; when it resumes, it aborts its handler and joins as a new node', async (test) => {
    const prepared = await prepare(test);
    const { rows, api } = prepared;
    const { first, second, runId } = await startRun(test, prepared);
    const before = (await rows('SELECT id FROM greenvue_jobs.nodes')).length;
    first.signal('SIGSTOP');
    await test.expect.poll(() => second.has(`started ${runId}`), POLL).toBe(true);
    test.expect(first.has('stopped')).toBe(false);
    test.expect((await rows('SELECT id FROM greenvue_jobs.nodes')).length).toBe(before - 1);
    first.signal('SIGCONT');
    await test.expect.poll(() => first.has(`stopped ${runId} StaleClaimError`), POLL).toBe(true);
    await test.expect.poll(() => nodesOf(api), POLL).toBe(before);
    // P10, fence: the result of the first node does not count.
    test.expect(await runOf(api, runId)).toMatchObject({ status: 'running', recoveries: 1, failures: 0 });
  });

  it('a node whose event loop stands still for longer than the lease keeps its run', async (test) => {
    const prepared = await prepare(test);
    const { api } = prepared;
    const { second, runId } = await startRun(test, prepared, { blockMs: LEASE_MS + 4_000 });
    await test.expect
      .poll(async () => (await api.stats()).nodes.map(({ health }) => health), POLL)
      .toContain('stalled');
    await test.expect.poll(async () => (await runOf(api, runId)).status, POLL).toBe('succeeded');
    test.expect(await runOf(api, runId)).toMatchObject({ recoveries: 0 });
    test.expect(second.has('started')).toBe(false);
  });

  it('but one that stands still for longer than it may loses it', async (test) => {
    const prepared = await prepare(test);
    const { api } = prepared;
    const { second, runId } = await startRun(
      test,
      prepared,
      { blockMs: LEASE_MS + 12_000 },
      { maxStallMs: 2_000 },
    );
    await test.expect.poll(() => second.has(`started ${runId}`), POLL).toBe(true);
    test.expect(await runOf(api, runId)).toMatchObject({ status: 'running', recoveries: 1 });
  });

  it('a node that is cut off stops its handler before another starts it, and comes back', async (test) => {
    const prepared = await prepare(test);
    const { url, api } = prepared;
    const network = await createNetwork(url);
    test.onTestFinished(() => network.close());
    const { engine, stopped } = await startNode(test, network.url, 1);
    const { run } = await api.trigger('job');
    await test.expect.poll(async () => (await runOf(api, run.id)).status, POLL).toBe('running');
    const other = await startProcess(test, url);
    const cut = performance.now();
    network.cut();
    await test.expect.poll(() => other.has(`started ${run.id}`), POLL).toBe(true);
    test.expect(performance.now() - cut).toBeLessThan(LEASE_MS + 5_000);
    const [stoppedAt = Number.POSITIVE_INFINITY] = stopped;
    test.expect(stoppedAt).toBeLessThan(other.lines.find(({ line }) => line.startsWith('started'))?.at ?? 0);
    network.mend();
    await test.expect.poll(async () => (await engine.stats()).nodes, POLL).toHaveLength(3);
    // Its places can be used again.
    await api.createJob({ id: 'next', name: 'Next', type: 'hold', onDemand: true });
    const next = (await api.trigger('next')).run;
    await test.expect.poll(async () => (await runOf(api, next.id)).status, POLL).toBe('running');
    test.expect(await runOf(api, run.id)).toMatchObject({ status: 'running', recoveries: 1 });
  });

  it('a node that is cut off while it notifies the others can still be stopped', async (test) => {
    const { url } = await prepare(test);
    const network = await createNetwork(url);
    test.onTestFinished(() => network.close());
    const store = postgres(network.url);
    await store.open();
    let knowsOthers = false;
    const node = { id: 'leaving', version: '', places: 1, types: {}, startedAt: 0 };
    const membership = await store.join(node, {
      ...NOOP_LISTENER,
      others: ({ count }) => {
        knowsOthers = count > 0;
      },
    });
    await test.expect.poll(() => knowsOthers, POLL).toBe(true);
    network.cut();
    membership.notify({ kind: 'wake' });
    let hasLeft = false;
    const leaving = membership.leave().then(() => {
      hasLeft = true;
    });
    // No statement waits longer than 30 s.
    await test.expect.poll(() => hasLeft, POLL).toBe(true);
    await leaving;
    await store.close();
  });

  it("takes a dead node for dead though the server's clock has gone back since it was promoted", async (test) => {
    const { url, rows, api } = await prepare(test);
    const hour = 3_600_000;
    await rows(
      `UPDATE greenvue_jobs.server SET since = extract(epoch FROM clock_timestamp()) * 1000 + ${hour}`,
    );
    const node = await startProcess(test, url);
    await test.expect.poll(() => nodesOf(api), POLL).toBe(2);
    node.signal('SIGKILL');
    const isThere = async () => (await rows('SELECT FROM greenvue_jobs.nodes')).length > 1;
    await test.expect.poll(isThere, POLL).toBe(false);
  });
});
