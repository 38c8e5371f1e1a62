import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { LOCK_CLASS } from '../../../src/stores/postgres/membership/control-protocol.ts';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';
import { withAdminClient } from './admin-client.ts';

/** What people do to the tables while nodes work. */
export const PEOPLE_FAULTS: readonly Fault[] = [
  { name: 'lock-tables', title: 'a person locks each table in turn', inject: lockTables },
  {
    name: 'rewrite',
    title: 'VACUUM FULL, REINDEX, REINDEX CONCURRENTLY, CLUSTER and ALTER TABLE on each table',
    inject: rewrite,
  },
  { name: 'advisory', title: 'others take the advisory locks of the nodes', inject: holdAdvisoryLocks },
  { name: 'bloat', title: 'each job is updated again and again under a held snapshot', inject: bloat },
];

const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'greenvue_jobs' ORDER BY random()`;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

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

const STEPS: readonly ((table: string) => string)[] = [
  (table) => `VACUUM (FULL) ${table}`,
  (table) => `REINDEX TABLE ${table}`,
  (table) => `REINDEX TABLE CONCURRENTLY ${table}`,
  (table) => `CLUSTER ${table}`,
  (table) => `ALTER TABLE ${table} ADD COLUMN chaos_note text`,
  (table) => `ALTER TABLE ${table} DROP COLUMN chaos_note`,
];

async function rewrite(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  const tables = await cluster.admin.rows<{ name: string }>(TABLES);
  const slowest = { step: '', ms: 0 };
  let refused = 0;
  await withAdminClient(cluster, async (client) => {
    // Without a limit, a person who waits for a lock makes all others wait behind.
    await client.query("SET lock_timeout = '2s'");
    for (const { name } of tables) {
      const [index] = await cluster.admin.rows<{ index: string }>(FIRST_INDEX, [name]);
      if (index !== undefined)
        await client.query(`ALTER TABLE greenvue_jobs.${name} CLUSTER ON ${index.index}`);
      for (const step of STEPS) {
        const sql = step(`greenvue_jobs.${name}`);
        if (index === undefined && sql.startsWith('CLUSTER')) continue;
        const from = performance.now();
        if (!(await mayBeRefused(client, sql))) refused += 1;
        const ms = Math.round(performance.now() - from);
        if (ms > slowest.ms) Object.assign(slowest, { step: sql, ms });
      }
      await client.query(`ALTER TABLE greenvue_jobs.${name} DROP COLUMN IF EXISTS chaos_note`);
    }
  });
  const notes = [
    `${tables.length} tables, ${refused} steps gave way to the nodes; slowest: ${slowest.step}, ${slowest.ms} ms`,
  ];
  return { beganAt, healedAt: Date.now(), notes };
}

const FIRST_INDEX = `SELECT quote_ident(relname) AS index FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE indrelid = format('greenvue_jobs.%I', $1::text)::regclass AND indisvalid AND indpred IS NULL
  ORDER BY indisprimary DESC LIMIT 1`;

/** False: the statement waited too long for a lock, or was the victim of a deadlock. */
async function mayBeRefused(client: pg.Client, sql: string): Promise<boolean> {
  try {
    await client.query(sql);
    return true;
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code !== LOCK_NOT_AVAILABLE && code !== DEADLOCK) throw error;
    return false;
  }
}

/**
 * A person waits for the lock of each node, and gets it when the node's connection ends. The node cannot take
 * it back, so the others must judge it by its lease alone.
 */
async function holdAdvisoryLocks(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  const locks = await cluster.admin.rows<{ key: number }>(LOCK_KEYS);
  await Promise.all(
    locks.map(({ key }) =>
      withAdminClient(cluster, async (client) => {
        const taken = client.query('SELECT pg_advisory_lock($1, $2)', [LOCK_CLASS, key]);
        while ((await cluster.admin.rows(WAITERS, [key])).length === 0) await delay(POLL_MS);
        await cluster.admin.rows(END_HOLDER, [key]);
        await taken;
        await delay(cluster.scale.lastsMs);
      }),
    ),
  );
  return { beganAt, healedAt: Date.now(), notes: [`${locks.length} locks of nodes held by others`] };
}

const POLL_MS = 20;
const LOCK_KEYS = 'SELECT lock_key AS key FROM greenvue_jobs.nodes';
const OF_LOCK = `FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
  AND classid = ${LOCK_CLASS}::oid AND objid = $1::integer::oid`;
const WAITERS = `SELECT ${OF_LOCK} AND NOT granted`;
const END_HOLDER = `SELECT pg_terminate_backend(pid) ${OF_LOCK} AND granted`;

async function bloat(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  let rounds = 0;
  await withAdminClient(cluster, async (reader) => {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT count(*) FROM greenvue_jobs.live_runs');
    await withAdminClient(cluster, async (writer) => {
      while (Date.now() - beganAt < cluster.scale.lastsMs) {
        // Some at a time, as locked jobs make their runs wait.
        for (let part = 0; part < PARTS; part++) await writer.query(UPDATE_SOME, [PARTS, part]);
        rounds += 1;
      }
    });
    await reader.query('COMMIT');
  });
  const [size] = await cluster.admin.rows<{ size: string }>(JOBS_SIZE);
  return {
    beganAt,
    healedAt: Date.now(),
    notes: [`${rounds} rounds; the jobs table now takes ${size?.size}`],
  };
}

const PARTS = 50;
const UPDATE_SOME = `UPDATE greenvue_jobs.jobs SET name = name WHERE uid IN (
  SELECT uid FROM greenvue_jobs.jobs WHERE uid % $1 = $2 ORDER BY uid FOR UPDATE SKIP LOCKED)`;
const JOBS_SIZE = "SELECT pg_size_pretty(pg_total_relation_size('greenvue_jobs.jobs')) AS size";
