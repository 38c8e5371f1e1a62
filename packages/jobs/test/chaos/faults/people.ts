import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';
import { withAdminClient } from './admin-client.ts';

/** What people do to the tables while nodes work. */
export const PEOPLE_FAULTS: readonly Fault[] = [
  { name: 'lock-tables', title: 'a person locks each table in turn', inject: lockTables },
];

const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'greenvue_jobs' ORDER BY random()`;

/** Shorter than half a lease, so that the heartbeats of the nodes come in time. */
const LONGEST_LOCK_MS = 3_000;

async function lockTables(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  const tables = await cluster.admin.rows<{ name: string }>(TABLES);
  const eachMs = Math.min((cluster.scale.lastsMs * 3) / tables.length, LONGEST_LOCK_MS);
  await withAdminClient(cluster, async (client) => {
    for (const { name } of tables) {
      await client.query('BEGIN');
      await client.query(`LOCK TABLE greenvue_jobs.${name} IN ACCESS EXCLUSIVE MODE`);
      await delay(eachMs);
      await client.query('COMMIT');
    }
  });
  return {
    beganAt,
    healedAt: Date.now(),
    notes: [`${tables.length} tables locked, each for ${Math.round(eachMs)} ms`],
  };
}
