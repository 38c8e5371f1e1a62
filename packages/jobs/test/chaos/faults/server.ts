import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { StopMode } from '../../postgres/server.ts';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';

/** Faults of the server and its connections. None of them makes a node dead. */
export const SERVER_FAULTS: readonly Fault[] = [
  { name: 'restart-fast', title: 'the server is restarted (fast)', inject: (c) => restart(c, 'fast') },
  {
    name: 'restart-immediate',
    title: 'the server is restarted (immediate, as in a crash)',
    inject: (c) => restart(c, 'immediate'),
  },
  { name: 'terminate', title: 'backends are terminated in a steady stream', inject: terminate },
  { name: 'connections', title: 'the connections run out', inject: takeAllConnections },
];

async function restart(cluster: Cluster, mode: StopMode): Promise<Injury> {
  const beganAt = Date.now();
  await cluster.server.restart(mode);
  return { beganAt, healedAt: Date.now() };
}

const BETWEEN_MS = 100;

/** Terminates backends one by one, control connections included. */
async function terminate(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  let terminated = 0;
  while (Date.now() - beganAt < cluster.scale.lastsMs) {
    const rows = await cluster.admin.rows(TERMINATE_ONE);
    terminated += rows.length;
    await delay(BETWEEN_MS);
  }
  return { beganAt, healedAt: Date.now(), notes: [`${terminated} backends terminated`] };
}

/** A client takes every free connection, and each one that becomes free, and holds them. */
async function takeAllConnections(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  const taken: pg.Client[] = [];
  while (Date.now() - beganAt < cluster.scale.lastsMs) {
    const client = new pg.Client({ connectionString: cluster.directUrl });
    client.on('error', () => undefined);
    try {
      await client.connect();
      taken.push(client);
    } catch {
      // No connection is free at the moment.
      await delay(BETWEEN_MS);
    }
  }
  await Promise.all(taken.map((client) => client.end()));
  return { beganAt, healedAt: Date.now(), notes: [`${taken.length} connections taken`] };
}

const TERMINATE_ONE = `SELECT pg_terminate_backend(pid) FROM (
  SELECT pid FROM pg_stat_activity WHERE usename = 'chaos_node' ORDER BY random() LIMIT 1) AS victim`;
