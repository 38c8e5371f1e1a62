import { execFileSync } from 'node:child_process';
import { chown, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort, type PostgresServer, serverOwner, startPostgres } from '../postgres/server.ts';
import { until } from './node.ts';
import { connected, query, WAIT_MS } from './steps.ts';

/** The standby's application name. */
const NAME = 'standby';

interface Place {
  readonly primary: PostgresServer;
  readonly folder: string;
  readonly wirePort: number;
}

/** Copies the running primary with `pg_basebackup`, and starts a standby that follows it. */
export async function startStandby({ primary, folder, wirePort }: Place): Promise<PostgresServer> {
  const dataDir = join(folder, 'standby');
  const client = await connected(primary.url);
  await client.query("SELECT pg_backup_start('standby', true)");
  execFileSync('cp', ['-a', join(folder, 'primary'), dataDir]);
  const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop()');
  await client.end();
  for (const name of ['postmaster.pid', 'postmaster.opts']) await rm(join(dataDir, name), { force: true });
  const conninfo = `host=127.0.0.1 port=${wirePort} user=postgres application_name=${NAME}`;
  await writeFile(join(dataDir, 'backup_label'), String(rows[0]?.labelfile));
  await writeFile(join(dataDir, 'standby.signal'), '');
  await writeFile(join(dataDir, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  const owner = serverOwner();
  if (owner !== undefined) {
    for (const name of await readdir(dataDir)) await chown(join(dataDir, name), owner.uid, owner.gid);
  }
  const standby = await startPostgres({ dataDir });
  await until('the standby follows', WAIT_MS, async () => {
    const found = await query(primary.url, "SELECT FROM pg_stat_replication WHERE state = 'streaming'");
    return found.length > 0 ? true : undefined;
  });
  return standby;
}

export async function makeSynchronous(url: string): Promise<void> {
  await query(url, `ALTER SYSTEM SET synchronous_standby_names = '${NAME}'`);
  await query(url, "ALTER SYSTEM SET synchronous_commit = 'remote_apply'");
  await query(url, 'SELECT pg_reload_conf()');
  await until('the standby is synchronous', WAIT_MS, async () => {
    const found = await query(url, "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'");
    return found.length > 0 ? true : undefined;
  });
}

/** Crashes the server for good. */
export async function end({ pid }: PostgresServer): Promise<void> {
  process.kill(pid, 'SIGQUIT');
  await until('the primary is gone', WAIT_MS, async () => {
    try {
      process.kill(pid, 0);
      return undefined;
    } catch {
      return true;
    }
  });
}

export interface Address {
  readonly port: number;
  /** New connections go to this port; old ones break. */
  lead(port: number): void;
  close(): void;
}

/** One address for the current primary. */
export async function createAddress(firstPort: number): Promise<Address> {
  let target = firstPort;
  const sockets = new Set<Socket>();
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const listener = createServer({ noDelay: true }, (node) => {
    const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
    for (const [from, to] of [[node, server] as const, [server, node] as const]) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => undefined);
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const port = await freePort();
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
  return {
    port,
    lead(next) {
      target = next;
      breakAll();
    },
    close() {
      breakAll();
      listener.close();
    },
  };
}
