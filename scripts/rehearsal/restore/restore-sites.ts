import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, serverOwner, startPostgres } from '../../postgres/server.ts';
import { type Env, runCli, seconds, until } from '../node.ts';
import { query, WAIT_MS } from '../steps.ts';

/** An installation that can be backed up and restored. */
export interface Site {
  readonly title: string;
  readonly nodes: number;
  readonly env: Env;
  backUp(): Promise<void>;
  /** Called when no node runs. Returns what to print. */
  restore(): Promise<string>;
  close(): Promise<unknown>;
}

export const SITES: Readonly<Record<string, () => Promise<Site>>> = {
  sqlite: openSqlite,
  dump: openDump,
  instant: openInstant,
};

const GUIDE = new URL('../../../docs/greenvue-postgres.md', import.meta.url);
const DEBIAN = '/usr/lib/postgresql';

async function openSqlite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-restore-'));
  const env = { DATA_DIR: join(folder, 'data') };
  const backup = join(folder, 'backup');
  return {
    title: 'SQLite: greenvue backup, greenvue restore',
    nodes: 1,
    env,
    backUp: async () => void (await runCli(['backup', backup], env)),
    restore: async () => (await runCli(['restore', backup], env)).replaceAll(/^/gm, '  | '),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `pg_dump` and `pg_restore`, as in the guide. */
async function openDump(): Promise<Site> {
  const programs = findPrograms();
  const folder = await mkdtemp('/tmp/greenvue-dump-');
  const server = await startPostgres({ programs });
  const url = await server.createDatabase('greenvue');
  const run = guideRunner({ folder, programs, server });
  return {
    title: `${versionOf(programs)}: pg_dump, pg_restore`,
    nodes: 2,
    env: { DATABASE_URL: url },
    backUp: async () => void run('pg_dump'),
    async restore() {
      return run('ALTER DATABASE', 'createdb', 'pg_restore', 'setval');
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A base backup, the archive of the log, and a recovery to an instant, as in the guide. */
async function openInstant(): Promise<Site> {
  const programs = findPrograms();
  const folder = await mkdtemp('/tmp/greenvue-instant-');
  const archive = join(folder, 'archive');
  await mkdir(archive);
  for (const path of [folder, archive]) await chmod(path, 0o777);
  const settings = { archive_mode: 'on', archive_command: `cp %p ${archive}/%f`, wal_level: 'replica' };
  const first = await startPostgres({ programs, settings, dataDir: join(folder, 'first') });
  let server = first;
  const url = await server.createDatabase('greenvue');
  const run = guideRunner({ folder, programs, server });
  run('pg_basebackup');
  let instant = '';
  return {
    title: `${versionOf(programs)}: pg_basebackup and the archive of the log, to an instant`,
    nodes: 2,
    env: { DATABASE_URL: url },
    async backUp() {
      // PostgreSQL takes no `Z` here: it knows no names of time zones before it has started.
      instant = new Date().toISOString().replace('T', ' ').replace('Z', '+00');
    },
    async restore() {
      await first.stop();
      const dataDir = join(folder, 'base');
      const owner = serverOwner();
      if (owner !== undefined) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, dataDir]);
      execFileSync('touch', [join(dataDir, 'recovery.signal')]);
      const recovery = {
        restore_command: `cp ${archive}/%f %p`,
        recovery_target_time: instant,
        recovery_target_action: 'promote',
      };
      server = await startPostgres({ programs, dataDir, port: first.port, settings: recovery });
      await promoted(server);
      return run('setval');
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type GuideRunner = (...commands: readonly string[]) => string;

/** Runs the lines of the guide that contain these words, and returns them with the time that each took. */
function guideRunner(on: {
  readonly folder: string;
  readonly programs: string;
  readonly server: PostgresServer;
}): GuideRunner {
  const lines = [...readFileSync(GUIDE, 'utf8').matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) =>
    String(block).split('\n'),
  );
  const env = {
    PATH: `${on.programs}:${process.env.PATH}`,
    PGHOST: '127.0.0.1',
    PGPORT: String(on.server.port),
    PGUSER: 'postgres',
    PGDATABASE: 'greenvue',
  };
  return (...commands) =>
    commands
      .map((words) => {
        const line = lines.find((each) => each.includes(words));
        if (line === undefined) throw new Error(`${GUIDE.pathname} has no command with ${words}`);
        const began = performance.now();
        execFileSync('sh', ['-c', line], { cwd: on.folder, env, stdio: 'pipe' });
        return `  | ${line}  (${seconds(performance.now() - began)})`;
      })
      .join('\n');
}

async function promoted(server: PostgresServer): Promise<void> {
  await until('the recovery has ended', WAIT_MS, async () => {
    const [found] = await query(server.url, 'SELECT pg_is_in_recovery() AS recovers').catch(() => []);
    return found?.recovers === false ? true : undefined;
  });
}

/** What to do if the programs of PostgreSQL are missing. */
export const missingPrograms = (): string | undefined =>
  installedPrograms() === undefined
    ? `The rehearsals dump and instant need PostgreSQL in ${DEBIAN} (Debian: apt-get install postgresql). Without it, run: npm run rehearse -- restore sqlite`
    : undefined;

function findPrograms(): string {
  const found = installedPrograms();
  if (found === undefined) throw new Error(missingPrograms());
  return found;
}

/** The newest installed version. npm has no `pg_dump`, and the server must not be newer than it. */
function installedPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((folder) => ['pg_dump', 'postgres'].every((name) => existsSync(join(folder, name))));
}

const versionOf = (programs: string): string =>
  execFileSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8' })
    .trim()
    .replace(/^postgres \(PostgreSQL\)/, 'PostgreSQL');
