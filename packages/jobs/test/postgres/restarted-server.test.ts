import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/index.ts';
import { startHoldApi } from './hold-api.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { createDatabase, type PostgresServer, type StopMode, startPostgres } from './server.ts';
import { countLocks } from './test-database.ts';

const POLL = { timeout: 30_000, interval: 20 };

let server: PostgresServer;
let url: string;
let api: Engine;
let node: NodeProcess;

beforeAll(async () => {
  server = await startPostgres();
  url = await createDatabase(server.url, 'app');
  api = await startHoldApi(url);
  node = await startNodeProcess(url);
}, 60_000);

afterAll(async () => {
  node?.signal('SIGKILL');
  await node?.ended;
  await api?.stop();
  await server?.stop();
}, 60_000);

describe('a server that announces its restart stops no handler, even while no connection can be made', () => {
  const modes: readonly StopMode[] = ['fast', 'immediate'];
  it('when it restarts in order, and as in a crash', async () => {
    await api.createJob({ id: 'job', name: 'Job', type: 'hold', onDemand: true });
    const { run } = (await api.trigger('job')).view;
    await expect.poll(() => node.has(`started ${run.id}`), POLL).toBe(true);
    for (const mode of modes) {
      await server.restart(mode);
      // Both nodes hold their locks again.
      await expect.poll(() => countLocks(url).catch(() => undefined), POLL).toBe(2);
    }
    expect(node.has('stopped')).toBe(false);
    // That the handler has started is written within 100 ms, or, where the restart came before that, a second
    // later.
    await expect
      .poll(async () => (await api.getRun(run.id)).run, POLL)
      .toMatchObject({ status: 'running', recoveries: 0, failures: 0 });
  }, 60_000);
});
