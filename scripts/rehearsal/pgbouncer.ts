import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GuardedProcess, startGuarded } from '../postgres/guard.ts';
import { freePort, type PostgresServer, serverOwner } from '../postgres/server.ts';
import { until } from './node.ts';
import { connected } from './steps.ts';

const GUIDE = new URL('../../docs/scaling.md', import.meta.url);

export interface Pooler {
  readonly url: string;
  /** Stops it, runs `work`, and starts it again. */
  without(work: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

/** PgBouncer with the guide's settings, adapted to this machine. */
export async function startPooler(server: PostgresServer, database: string): Promise<Pooler> {
  const owner = serverOwner();
  const folder = await mkdtemp('/tmp/greenvue-pgbouncer-');
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'userlist.txt'), '"greenvue" "secret"\n');
  await writeFile(file, await guideSettings({ folder, port, database, serverPort: server.port }));
  if (owner !== undefined)
    for (const path of [folder, file, join(folder, 'userlist.txt')]) chownSync(path, owner.uid, owner.gid);
  const url = `postgres://greenvue:secret@127.0.0.1:${port}/greenvue`;
  let pooler = await launchPooler({ folder, file, url });
  const end = () => {
    process.kill(pooler.pid, 'SIGQUIT');
    return pooler.exited;
  };
  return {
    url,
    async without(work) {
      await end();
      await work();
      pooler = await launchPooler({ folder, file, url });
    },
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface PoolerPlace {
  readonly folder: string;
  readonly file: string;
  readonly url: string;
}

async function launchPooler({ folder, file, url }: PoolerPlace): Promise<GuardedProcess> {
  const pooler = await startGuarded({ folder, command: ['pgbouncer', file], owner: serverOwner() });
  await until('the pooler answers', 10_000, async () => {
    const client = await connected(url).catch(() => undefined);
    await client?.end();
    return client && true;
  });
  return pooler;
}

async function guideSettings(at: {
  readonly folder: string;
  readonly port: number;
  readonly database: string;
  readonly serverPort: number;
}): Promise<string> {
  const block = /```ini\n(.*?)```/s.exec(await readFile(GUIDE, 'utf8'))?.[1];
  if (block === undefined) throw new Error('docs/scaling.md has no pgbouncer.ini');
  return block
    .replace(/^app = .*$/m, `greenvue = host=127.0.0.1 port=${at.serverPort} dbname=${at.database}`)
    .replace(/^listen_port = .*$/m, `listen_port = ${at.port}`)
    .replace(/^auth_file = .*$/m, `auth_file = ${join(at.folder, 'userlist.txt')}`)
    .concat('unix_socket_dir =\n');
}

/** The installed version, if any. */
export function versionOfPooler(): string | undefined {
  try {
    return execFileSync('pgbouncer', ['--version'], { encoding: 'utf8' }).split('\n')[0];
  } catch {
    return undefined;
  }
}
