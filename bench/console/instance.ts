import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Connection, connect, createJob, deleteJob } from '@greenvue/jobs/client';
import { startPostgres } from '../../scripts/postgres/server.ts';
import { serverCpuMs } from '../support/ground.ts';
import { inFolder, sleep } from '../support/measure.ts';
import { startServer } from '../support/server.ts';
import { fillFolder, type Size } from './fill.ts';
import type { Counts } from './server.ts';

/** A server on a filled store in its own process, and a client with an admin's token. */
export interface Instance {
  readonly url: string;
  readonly token: string;
  readonly api: Connection;
  counts(): Promise<Counts & { readonly databaseCpuMs: number }>;
}

interface Ground {
  readonly size: Size;
  readonly store: 'SQLite' | 'PostgreSQL';
}

/** Fills a store (for PostgreSQL by moving it there) and runs `work` with a server on it. */
export async function onInstance(
  { size, store }: Ground,
  work: (instance: Instance) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await fillFolder(folder, size);
    if (store === 'SQLite') return withServer(folder, {}, work);
    const postgres = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } });
    try {
      const env = { DATABASE_URL: await postgres.createDatabase('console') };
      greenvue(['migrate-to-postgres'], { ...env, DATA_DIR: folder });
      await withServer(folder, env, work, () => serverCpuMs(postgres.pid));
    } finally {
      await postgres.stop();
    }
  });
}

const PORT = 18_085;

async function withServer(
  folder: string,
  env: NodeJS.ProcessEnv,
  work: (instance: Instance) => Promise<void>,
  databaseCpuMs = () => 0,
): Promise<void> {
  const token = greenvue(['token'], { ...env, DATA_DIR: folder });
  const { url, stop } = await startServer(folder, PORT, 'bench/console/server.ts', env);
  const counts = async () => {
    const answer = await fetch(`${url}/bench/counts`);
    return { ...((await answer.json()) as Counts), databaseCpuMs: databaseCpuMs() };
  };
  try {
    await work({ url, token, api: connect({ url: `${url}/api`, token }), counts });
  } finally {
    await stop();
  }
}

/** Runs a `greenvue` command and returns its output. */
function greenvue(args: readonly string[], env: NodeJS.ProcessEnv): string {
  const cli = join(import.meta.dirname, '..', '..', 'apps', 'api', 'src', 'cli.ts');
  const { stdout, status } = spawnSync(process.execPath, [cli, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`greenvue ${args.join(' ')} ended with ${status}`);
  return stdout.trim();
}

/** Runs `perSecond` jobs every second; returns a function that ends them. */
export async function keepRunning({ api }: Instance, perSecond: number): Promise<() => Promise<void>> {
  const from = Date.now() + 2_000;
  const ids = Array.from({ length: perSecond }, (_, n) => `beat-${n}`);
  await Promise.all(
    ids.map((id, n) => {
      const start_at = new Date(from + Math.floor((n * 1_000) / perSecond)).toISOString();
      return createJob(api, { id, name: `Beat ${n}`, type: 'noop', interval: '1s', start_at });
    }),
  );
  await sleep(from - Date.now());
  return async () => void (await Promise.all(ids.map((id) => deleteJob(api, id))));
}
