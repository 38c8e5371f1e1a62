import { setTimeout as delay } from 'node:timers/promises';
import { query } from '../steps.ts';
import { openEvents } from './event-reader.ts';
import type { Fault } from './faults.ts';
import type { SoakReceiver } from './receiver.ts';
import type { Site } from './site.ts';

const SLOW_READERS = 5;
const CUT_EVERY_MS = 200;
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = 'greenvue' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`;

/** Makes a fault happen, and returns when it is over and the nodes are ready again. */
export async function inflict(site: Site, receiver: SoakReceiver, fault: Fault): Promise<void> {
  const { name, node, forMs } = fault;
  switch (name) {
    case 'kill':
      return site.restart(node, 'SIGKILL');
    case 'deploy':
      return site.restart(node, 'SIGTERM');
    case 'freeze':
      return freeze(site.pid(node), forMs);
    case 'receiver fails':
    case 'receiver hangs':
      receiver.set(name === 'receiver fails' ? 'fails' : 'hangs');
      await delay(forMs);
      return receiver.set('answers');
    case 'slow reader':
      return readSlowly(site, node, forMs);
    case 'connections cut':
      return cutConnections(site, forMs);
    case 'database restart':
      return site.postgres?.restart('fast');
    case 'database crash':
      return site.postgres?.restart('immediate');
    default:
      return name satisfies never;
  }
}

async function freeze(pid: number, forMs: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await delay(forMs);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

async function readSlowly(site: Site, node: number, forMs: number): Promise<void> {
  const streams = Array.from({ length: SLOW_READERS }, () => openEvents(site, node, false));
  await delay(forMs);
  for (const stream of streams) stream.close();
}

async function cutConnections({ databaseUrl }: Site, forMs: number): Promise<void> {
  if (databaseUrl === undefined) return;
  for (const end = Date.now() + forMs; Date.now() < end; await delay(CUT_EVERY_MS))
    await query(databaseUrl, CUT);
}
