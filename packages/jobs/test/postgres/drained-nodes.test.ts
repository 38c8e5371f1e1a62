import { expect, inject, it, onTestFinished } from 'vitest';
import { startHoldNode } from './hold-job.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { createTestDatabase } from './test-database.ts';

const POLL = { interval: 50 };

async function startProcess(url: string): Promise<NodeProcess> {
  const node = await startNodeProcess(url);
  onTestFinished(async () => {
    node.signal('SIGKILL');
    await node.ended;
  });
  return node;
}

// Promise P42, drained nodes.
it('a drained process starts no run, another process does, and after its restart it is not drained', async () => {
  const database = await createTestDatabase(inject('postgresUrl'), 'drained');
  onTestFinished(() => database.drop());
  const { engine: api } = await startHoldNode(database.url, { places: 0 });
  onTestFinished(() => api.stop());
  await api.createJob({ id: 'job', name: 'Job', type: 'hold', onDemand: true, overlap: 'allow' });
  const others = async () => (await api.listNodes()).slice(1);

  const first = await startProcess(database.url);
  const [node] = await others();
  const own = (await api.trigger('job')).run.id;
  await expect.poll(() => first.has(`started ${own}`), POLL).toBe(true);
  await api.drainNode(node?.node ?? '', { by: 'user:1' });
  // Its heartbeat, which carries the drain, is sent at once.
  await expect.poll(others, POLL).toMatchObject([{ health: 'draining', busy: 1 }]);

  const second = await startProcess(database.url);
  const next = (await api.trigger('job')).run.id;
  await expect.poll(() => second.has(`started ${next}`), POLL).toBe(true);
  // The drained process has a free place again, and leaves the next run to others.
  await api.cancelRun(own);
  await expect.poll(() => first.has(`stopped ${own}`), POLL).toBe(true);
  const third = (await api.trigger('job')).run.id;
  await api.cancelRun(next);
  await expect.poll(() => second.has(`started ${third}`), POLL).toBe(true);
  expect(first.lines.filter(({ line }) => line.startsWith('started'))).toHaveLength(1);

  first.signal('SIGTERM');
  expect(await first.ended).toBe(0);
  await startProcess(database.url);
  const health = async () => (await others()).map((other) => other.health);
  await expect.poll(health, POLL).toEqual(['ok', 'ok']);
});
