import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';
import { withAdminClient } from './admin-client.ts';

/** Readers that hold an old snapshot, so that deleted rows cannot be vacuumed. */
export const READER_FAULTS: readonly Fault[] = [
  { name: 'snapshot', title: 'a transaction is left idle holding a snapshot', inject: holdSnapshot },
  { name: 'readers', title: 'four readers scan the tables in REPEATABLE READ', inject: scan },
];

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ';
const SNAPSHOT = 'SELECT count(*) FROM greenvue_jobs.live_runs';
const READERS = 4;

async function holdSnapshot(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  await withAdminClient(cluster, async (client) => {
    await client.query(BEGIN);
    await client.query(SNAPSHOT);
    await delay(cluster.scale.lastsMs * 2);
    await client.query('COMMIT');
  });
  return { beganAt, healedAt: Date.now() };
}

async function scan(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  const until = beganAt + cluster.scale.lastsMs;
  let scans = 0;
  const read = (client: pg.Client) => async () => {
    await client.query(BEGIN);
    while (Date.now() < until) {
      await client.query(SCAN);
      scans += 1;
    }
    await client.query('COMMIT');
  };
  await Promise.all(
    Array.from({ length: READERS }, () => withAdminClient(cluster, (client) => read(client)())),
  );
  return { beganAt, healedAt: Date.now(), notes: [`${scans} scans`] };
}

const SCAN = `SELECT sum(length(jobs::text)) + (SELECT sum(length(runs::text)) FROM greenvue_jobs.runs)
  + (SELECT sum(length(live_runs::text)) FROM greenvue_jobs.live_runs) FROM greenvue_jobs.jobs`;
