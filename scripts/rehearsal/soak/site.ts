import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type PostgresServer, startPostgres } from '../../postgres/server.ts';
import type { StoreName } from '../load/server.ts';
import { type Env, type Node, runCli, startNode } from '../node.ts';

/** All nodes of a store together run this many handlers at once. */
export const PLACES = 20;
const NODES = { sqlite: 1, postgres: 2 } as const;
/**
 * Low, so that history is pruned many times during a soak. Only faults make skipped runs: with a bound of 60,
 * their rows rise for an hour. With 10, the server prunes rows before the soak has read them.
 */
export const RETENTION = { JOBS_RETENTION_FINISHED: '60', JOBS_RETENTION_SKIPPED: '30' };

/** The servers of one store, whose data survive `restart`. */
export interface Site {
  readonly store: StoreName;
  readonly token: string;
  readonly dataDir: string;
  readonly postgres: PostgresServer | undefined;
  readonly databaseUrl: string | undefined;
  /** The URL of each node. */
  readonly urls: readonly string[];
  pid(node: number): number;
  log(node: number): Promise<string>;
  /** Ends a node at once, or as a deploy does, and starts it again. */
  restart(node: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  stop(): Promise<void>;
}

export async function startSite(store: StoreName, settings: Env): Promise<Site> {
  const dataDir = await mkdtemp(join(tmpdir(), 'greenvue-soak-'));
  const postgres = store === 'postgres' ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase('greenvue');
  const count = NODES[store];
  const env = {
    LOG_LEVEL: 'error',
    OUTBOUND_ALLOW: '127.0.0.1',
    JOBS_CONCURRENCY: String(PLACES / count),
    ...RETENTION,
    ...(databaseUrl === undefined ? { DATA_DIR: dataDir } : { DATABASE_URL: databaseUrl }),
    ...settings,
  };
  const nodes: Node[] = [];
  for (let n = 0; n < count; n++) nodes.push(await startNode(await freePort(), env));
  const nodeOf = (n: number): Node => {
    const node = nodes[n];
    if (node === undefined) throw new Error(`There is no node ${n}.`);
    return node;
  };
  return {
    store,
    token: await runCli(['token'], env),
    dataDir,
    postgres,
    databaseUrl,
    urls: nodes.map(({ url }) => url),
    pid: (n) => nodeOf(n).pid,
    log: (n) => nodeOf(n).log(),
    async restart(n, signal) {
      const old = nodeOf(n);
      await (signal === 'SIGKILL' ? old.kill() : old.stop());
      nodes[n] = await startNode(Number(new URL(old.url).port), env);
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      await postgres?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
