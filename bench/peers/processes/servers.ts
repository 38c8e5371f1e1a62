import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startGuarded } from '../../../scripts/postgres/guard.ts';
import {
  freePort,
  type PostgresServer,
  serverOwner,
  startPostgres,
} from '../../../scripts/postgres/server.ts';
import { inFolder, sleep } from '../../support/measure.ts';
import type { Place, PlaceKind } from './place.ts';

export interface Servers {
  /** Versions and settings that durability depends on. */
  readonly about: readonly string[];
  /** Why this kind of place is not available; undefined if it is. */
  lacks(kind: PlaceKind): string | undefined;
  withPlace<T>(kind: PlaceKind, work: (place: Place) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** As in the other benchmarks: durable, with the memory of a usual server. */
const POSTGRES_SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
} as const;

/**
 * In production a server has run for long. For one lease after its start, our engine declares no node dead
 * (P9, lost nodes).
 */
const SETTLE_MS = 20_000;

/** One PostgreSQL with a database for each measurement, and a Valkey (or Redis) for each measurement. */
export async function startServers(): Promise<Servers> {
  const postgres = await startPostgres({ settings: POSTGRES_SETTINGS });
  const readyAt = Date.now() + SETTLE_MS;
  const valkey = findValkey();
  let databases = 0;
  return {
    about: [await aboutPostgres(postgres), valkey?.version ?? NO_VALKEY],
    lacks: (kind) => (kind.startsWith('redis') && valkey === undefined ? NO_VALKEY : undefined),
    async withPlace(kind, work) {
      switch (kind) {
        case 'memory':
          return work({ kind });
        case 'folder':
          return inFolder((folder) => work({ kind, folder }));
        case 'postgres':
          databases++;
          await sleep(Math.max(0, readyAt - Date.now()));
          return inDatabase(postgres, `peers_${databases}`, work);
        case 'redis-always':
          return onValkey(valkey?.program, 'always', work);
        case 'redis-everysec':
          return onValkey(valkey?.program, 'everysec', work);
        default:
          return kind satisfies never;
      }
    },
    stop: () => postgres.stop(),
  };
}

async function aboutPostgres({ url }: PostgresServer): Promise<string> {
  const names = ['server_version', ...Object.keys(POSTGRES_SETTINGS)];
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<[string, string]>({
    text: 'SELECT name, current_setting(name) FROM unnest($1::text[]) AS name',
    values: [names],
    rowMode: 'array',
  });
  await client.end();
  const [version, ...settings] = rows.map(([name, value]) =>
    name === 'server_version' ? value : `${name} ${value}`,
  );
  return `PostgreSQL ${version} (${settings.join(', ')})`;
}

async function inDatabase<T>(
  server: PostgresServer,
  name: string,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const url = await server.createDatabase(name);
  try {
    return await work({ kind: 'postgres', url, serverPid: server.pid });
  } finally {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    // The next measurement must not pay for writing these pages.
    await client.query('CHECKPOINT');
    await client.end();
  }
}

const NO_VALKEY = 'no `valkey-server` or `redis-server` on the PATH: its rows are left out';

interface Valkey {
  readonly program: string;
  readonly version: string;
}

function findValkey(): Valkey | undefined {
  for (const program of ['valkey-server', 'redis-server']) {
    try {
      const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
      const [, number] = version.match(/v=(\S+)/) ?? [];
      return { program, version: `${program} ${number} (appendonly yes, save "")` };
    } catch {
      // This program is not installed; the other may be.
    }
  }
  return undefined;
}

/**
 * It must not evict keys when memory is full:
 * https://docs.bullmq.io/guide/going-to-production#max-memory-policy.
 */
async function onValkey<T>(
  program: string | undefined,
  appendfsync: 'always' | 'everysec',
  work: (place: Place) => Promise<T>,
): Promise<T> {
  if (program === undefined) throw new Error(NO_VALKEY);
  return inFolder(async (folder) => {
    const port = await freePort();
    const settings = {
      port: String(port),
      bind: '127.0.0.1',
      dir: folder,
      save: '',
      appendonly: 'yes',
      appendfsync,
      'maxmemory-policy': 'noeviction',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const owner = serverOwner();
    if (owner !== undefined) execFileSync('chown', [`${owner.uid}:${owner.gid}`, folder]);
    const server = await startGuarded({ folder, command: [program, ...options], owner });
    await answer(port);
    try {
      return await work({ kind: 'redis', port, serverPid: server.pid });
    } finally {
      process.kill(server.pid, 'SIGTERM');
      await server.exited;
    }
  });
}

async function answer(port: number): Promise<void> {
  for (;;) {
    const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
    // The rejected call reports it, too.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.ping();
      return;
    } catch {
      await sleep(20);
    } finally {
      client.disconnect();
    }
  }
}
