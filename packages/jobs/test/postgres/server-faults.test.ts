import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, it, type TestContext } from 'vitest';
import { LEASE_MS } from '../../src/core/nodes/lease.ts';
import type { Engine, EngineLogger } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { startHoldNode } from './hold-job.ts';
import { startNodeProcess } from './node-process.ts';
import {
  createDatabase,
  type PostgresOptions,
  type PostgresServer,
  type StopMode,
  startPostgres,
} from './server.ts';
import {
  ADVISORY_LOCKS,
  type KeptConnection,
  keepConnection,
  queryDatabase,
  untilUpForLease,
} from './test-database.ts';

const POLL = { interval: 50 };

/** Tests run at the same time, so each cleans up what it started. */
type Test = Pick<TestContext, 'expect' | 'onTestFinished'>;

async function startServer(test: Test, options: PostgresOptions = {}): Promise<PostgresServer> {
  const server = await startPostgres(options);
  test.onTestFinished(() => server.stop());
  return server;
}

function connectTo(test: Test, url: string): KeptConnection['rows'] {
  const { rows, close } = keepConnection(url);
  test.onTestFinished(close);
  return rows;
}

async function startNode(test: Test, url: string, logger?: EngineLogger): Promise<Engine> {
  const { engine } = await startHoldNode(url, logger === undefined ? {} : { logger });
  test.onTestFinished(() => engine.stop());
  return engine;
}

const isDeadThere = async (rows: KeptConnection['rows']) =>
  (await rows("SELECT FROM greenvue_jobs.nodes WHERE id = 'dead'")).length === 1;

// Promise P9, lost nodes. Each has a server of its own.
describe.concurrent('a fault of the server', () => {
  it('for one lease after a standby was promoted, no node is declared dead', async (test) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'greenvue-standby-'));
    test.onTestFinished(() => rm(dataDir, { recursive: true }));
    const primary = await startPostgres({ dataDir });
    const url = await createDatabase(primary.url, 'app');
    await (await startNode(test, url)).stop();
    await queryDatabase(url, DEAD_NODE);
    await primary.stop();
    await writeFile(join(dataDir, 'standby.signal'), '');
    await startServer(test, { dataDir, port: primary.port });
    await untilUpForLease(url);

    const rows = connectTo(test, url);
    await rows('SELECT pg_promote()');
    await startNode(test, url);
    const noted = performance.now();
    test.expect(await rows('SELECT timeline FROM greenvue_jobs.server')).toEqual([{ timeline: '00000002' }]);
    await test.expect.poll(() => isDeadThere(rows), POLL).toBe(false);
    test.expect(performance.now() - noted).toBeGreaterThan(LEASE_MS - 2_000);
  });

  it('for one lease after a crashed backend restarts the server, no node is declared dead', async (test) => {
    const server = await startServer(test);
    const url = await createDatabase(server.url, 'app');
    await startNode(test, url);
    await untilUpForLease(url);

    // The server ends all connections and restarts in the same process.
    await crashOne(url);
    const crashedAt = performance.now();
    const rows = connectTo(test, url);
    await test.expect.poll(() => rows(DEAD_NODE).catch(() => undefined), POLL).toBeDefined();
    await test.expect.poll(() => isDeadThere(rows), POLL).toBe(false);
    test.expect(performance.now() - crashedAt).toBeGreaterThan(LEASE_MS - 2_000);
  });

  it('a node whose lease ends while it waits for a new connection leaves no connection behind', async (test) => {
    const server = await startServer(test);
    const url = await createDatabase(server.url, 'app');
    const errors: string[] = [];
    const error = (_: object, message: string) => void errors.push(message);
    await startNode(test, url, { ...silentLogger, error });
    const rows = connectTo(test, url);
    const [before] = await rows(NODES);
    const pids = await rows<{ pid: number }>('SELECT pid FROM pg_stat_activity');
    const all = [server.pid, ...pids.map(({ pid }) => pid)];
    const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
      for (const pid of all) signalIfAlive(pid, name);
    };

    try {
      signal('SIGSTOP');
      await test.expect.poll(() => errors.join(), POLL).toContain('the lease of this node has expired');
    } finally {
      signal('SIGCONT');
    }
    // The node's earlier row is deleted one lease later while a connection still holds its lock.
    const others = async () => (await rows(NODES)).map(({ id }) => id === before?.id);
    await test.expect.poll(others, POLL).toEqual([false]);
    await test.expect.poll(() => rows(CONTROL), POLL).toEqual([{ n: 1 }]);
  });
});

// Not concurrent with the others: handlers do stop when the server is away for long.
it('a restart that the server announces stops no handler, even while no connection can be made', async (test) => {
  const server = await startServer(test);
  const url = await createDatabase(server.url, 'app');
  const api = await startNode(test, url);
  const node = await startNodeProcess(url);
  test.onTestFinished(async () => {
    node.signal('SIGKILL');
    await node.ended;
  });
  await api.createJob({ id: 'job', name: 'Job', type: 'hold', onDemand: true });
  const { run } = await api.trigger('job');
  await test.expect.poll(() => node.has(`started ${run.id}`), POLL).toBe(true);
  // From the restart on, a connection takes longer to make than others wait for a node without its lock.
  await queryDatabase(url, 'ALTER SYSTEM SET pre_auth_delay = 1');
  const modes: readonly StopMode[] = ['fast', 'immediate'];
  for (const mode of modes) {
    await server.restart(mode);
    // Both nodes hold their locks again.
    const locks = async () => (await queryDatabase(url, ADVISORY_LOCKS)).length;
    await test.expect.poll(() => locks().catch(() => undefined), POLL).toBe(2);
  }
  test.expect(node.has('stopped')).toBe(false);
  // The start of the handler is written within 100 ms, or a second later if the restart came first.
  await test.expect
    .poll(async () => (await api.getRun(run.id)).run, POLL)
    .toMatchObject({ status: 'running', recoveries: 0, failures: 0 });
});

async function crashOne(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  const gone = new Promise((resolve) => void client.once('error', resolve));
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  process.kill(rows[0]?.pid ?? Number.NaN, 'SIGKILL');
  await gone;
}

function signalIfAlive(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const NODES = 'SELECT id FROM greenvue_jobs.nodes';
const CONTROL = `SELECT count(*)::integer AS n FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'greenvue-jobs-control'`;
const DEAD_NODE = `INSERT INTO greenvue_jobs.nodes
    (id, version, places, types, started_at, beat_at, lease_until, holds_lock, state)
  VALUES ('dead', '', 1, '{}', 0, 0, 0, true, '{}')`;
