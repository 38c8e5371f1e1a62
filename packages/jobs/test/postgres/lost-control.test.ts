import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Engine } from '../../src/index.ts';
import { createNetwork, type Network } from './dead-network.ts';
import { startHoldNode } from './hold-job.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { ADVISORY_LOCKS, createTestDatabase, type TestDatabase, untilUpForLease } from './test-database.ts';

const POLL = { interval: 20 };
const JOBS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const PLACES = JOBS.length + 1;
const BLOCK = { id: 'block', name: 'Block', type: 'hold', onDemand: true } as const;

async function startNode(url: string, directUrl = url): Promise<NodeProcess> {
  const node = await startNodeProcess(url, { places: PLACES, directUrl });
  onTestFinished(async () => {
    node.signal('SIGKILL');
    await node.ended;
  });
  return node;
}

async function startNetwork(url: string): Promise<Network> {
  const network = await createNetwork(url);
  onTestFinished(() => network.close());
  return network;
}

interface Attacked extends Pick<TestDatabase, 'url' | 'rows'> {
  readonly api: Engine;
  /** Runs all of {@link JOBS} under `overlap`, with connections through these networks. */
  readonly node: NodeProcess;
  readonly control: Network;
  readonly data: Network;
  readonly runIds: readonly string[];
}

async function prepare(overlap: 'skip' | 'allow'): Promise<Attacked> {
  const database = await createTestDatabase(inject('postgresUrl'), 'control');
  onTestFinished(() => database.drop());
  const { url, rows } = database;
  await untilUpForLease(url);
  const [control, data] = await Promise.all([startNetwork(url), startNetwork(url)]);
  const { engine: api } = await startHoldNode(url);
  onTestFinished(() => api.stop());
  for (const id of JOBS) await api.createJob({ id, name: id, type: 'hold', onDemand: true, overlap });
  const node = await startNode(data.url, control.url);
  const runs = await Promise.all(JOBS.map((id) => api.trigger(id)));
  const runIds = runs.map(({ run }) => run.id);
  await expect.poll(() => runIds.every((id) => node.has(`started ${id}`)), POLL).toBe(true);
  return { url, rows, api, node, control, data, runIds };
}

/** When a node printed this line; infinite if it has not. */
function toldAt(node: NodeProcess, line: string): number {
  return node.lines.find((printed) => printed.line.startsWith(line))?.at ?? Number.POSITIVE_INFINITY;
}

/** Runs whose handler began on the second node before the one on the first had ended. */
function ranTwiceAtOnce(runIds: readonly string[], first: NodeProcess, second: NodeProcess): string[] {
  const beganAt = (id: string) => toldAt(second, `started ${id}`);
  return runIds.filter((id) => beganAt(id) < toldAt(first, `stopped ${id}`));
}

// Promise P7, overlap.
describe('a node whose connections are reset while new ones are refused', () => {
  it('keeps its runs without its control connection: it renews its lease over a data connection', async () => {
    const { url, rows, api, node, control, data, runIds } = await prepare('skip');
    // Blocks its event loop.
    await api.createJob({ ...BLOCK, payload: { blockMs: 4_000 } });
    const blocked = (await api.trigger(BLOCK.id)).run;
    await expect.poll(() => node.has(`started ${blocked.id}`), POLL).toBe(true);
    const other = await startNode(url);
    control.refuse();
    data.refuse();
    const [{ at } = { at: 0 }] = await rows<{ at: number }>(NOW);
    control.reset();
    // Four looks of the other nodes, and then a heartbeat.
    const beat = () => rows<{ at: number }>(LAST_BEAT);
    await expect
      .poll(async () => (await beat()).some((row) => row.at > at + 2_500) || other.has('started'), POLL)
      .toBe(true);
    expect(ranTwiceAtOnce(runIds, node, other)).toEqual([]);
    expect(node.has('stopped')).toBe(false);
    for (const network of [control, data]) network.accept();
    await expect.poll(() => rows(ADVISORY_LOCKS), POLL).toHaveLength(3);
    expect(node.has('stopped')).toBe(false);
  });

  it('stops handlers that must not overlap when it has lost all connections, before other nodes start their runs', async () => {
    const { url, node, control, data, runIds } = await prepare('skip');
    const other = await startNode(url);
    for (const network of [control, data]) network.refuse();
    for (const network of [control, data]) network.reset();
    await expect.poll(() => runIds.every((id) => other.has(`started ${id}`)), POLL).toBe(true);
    expect(ranTwiceAtOnce(runIds, node, other)).toEqual([]);
    expect(runIds.filter((id) => !node.has(`stopped ${id} LeaseError`))).toEqual([]);
    for (const network of [control, data]) network.accept();
  });

  it('continues runs that may overlap, and gives the others back at no cost, when it has connections again in time', async () => {
    const { api, node, control, data, runIds } = await prepare('allow');
    await api.createJob({ id: 'alone', name: 'Alone', type: 'hold', onDemand: true });
    const { run } = await api.trigger('alone');
    await expect.poll(() => node.has(`started ${run.id}`), POLL).toBe(true);
    for (const network of [control, data]) network.refuse();
    for (const network of [control, data]) network.reset();
    await expect.poll(() => node.has(`stopped ${run.id} LeaseError`), POLL).toBe(true);
    for (const network of [control, data]) network.accept();
    const begun = () => node.lines.filter(({ line }) => line === `started ${run.id}`).length;
    await expect.poll(begun, POLL).toBe(2);
    expect((await api.getRun(run.id)).run).toMatchObject({ status: 'running', recoveries: 0, failures: 0 });
    expect(runIds.filter((id) => node.has(`stopped ${id}`))).toEqual([]);
  });
});

const NOW = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS at';
const LAST_BEAT = `SELECT max(beat_at)::double precision AS at FROM greenvue_jobs.nodes
  WHERE id IN (SELECT node FROM greenvue_jobs.live_runs)`;
