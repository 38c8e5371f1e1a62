import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type PostgresServer, startPostgres } from '../../postgres/server.ts';
import { type Env, type Node, runCli, startNode } from '../node.ts';

export type StoreName = 'sqlite' | 'postgres';

/** A GreenVue server whose data survive `kill` and `restart`. */
export interface LoadedServer {
  readonly port: number;
  readonly url: string;
  readonly postgres: PostgresServer | undefined;
  /** The URL of GreenVue's database on PostgreSQL. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  pid(): number;
  makeToken(): Promise<string>;
  kill(): Promise<void>;
  start(): Promise<void>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

export async function startServer(store: StoreName, settings: Env = {}): Promise<LoadedServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'greenvue-load-'));
  const postgres = store === 'postgres' ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase('greenvue');
  const port = await freePort();
  const env = {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    OUTBOUND_ALLOW: '127.0.0.1',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...settings,
  };
  let node: Node = await startNode(port, env);
  const start = async () => {
    node = await startNode(port, env);
  };
  return {
    port,
    url: node.url,
    postgres,
    databaseUrl,
    dataDir,
    pid: () => node.pid,
    makeToken: () => runCli(['token'], env),
    kill: () => node.kill(),
    start,
    log: () => node.log(),
    async stop() {
      await node.kill();
      await postgres?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resident memory in MiB and open descriptors, from `/proc`: 0 on systems other than Linux. */
export async function usageOf(
  pid: number,
): Promise<{ readonly rssMiB: number; readonly descriptors: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return { rssMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024, descriptors: descriptors.length };
}
