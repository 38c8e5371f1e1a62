import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JobStore } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { sqlite } from '@greenvue/jobs/sqlite';
import pg from 'pg';
import { startPostgres } from '../../scripts/postgres/server.ts';
import { count, inFolder, median, ms, startCpu } from './measure.ts';

/** An empty database for measurements. */
export interface Ground {
  readonly name: 'SQLite' | 'PostgreSQL';
  createStore(): JobStore;
  /** Starts to count. */
  startCost(): Promise<() => Promise<Cost>>;
  /** Opens a transaction with a snapshot of the database; returns a function that ends it. */
  holdSnapshot(): Promise<() => Promise<void>>;
  /** Runs SQL beside the store, without a timeout. */
  script(sql: string): Promise<void>;
  /** The name of its history table. */
  readonly runsTable: string;
}

export interface Cost {
  /** CPU of this process with its threads. */
  readonly cpuMs: number;
  readonly share: number;
  /** The cost of a separate server. */
  readonly server?: { readonly cpuMs: number; readonly walBytes: number; readonly historyBytes: number };
}

/**
 * For 1,000 runs: CPU of the node and of the server, and the bytes that a run writes. Empty without a server.
 */
export function serverCosts(costs: readonly Cost[], runs: number): readonly string[] {
  const servers = costs.flatMap(({ server }) => server ?? []);
  if (servers.length === 0) return [];
  const thousand = (values: readonly number[]) => ms((median(values) / runs) * 1_000);
  const bytes = (values: readonly number[]) => `${count(median(values) / runs)} bytes`;
  return [
    `1,000 runs: node ${thousand(costs.map(({ cpuMs }) => cpuMs))}, server ${thousand(servers.map(({ cpuMs }) => cpuMs))} of CPU`,
    `a run: ${bytes(servers.map(({ walBytes }) => walBytes))} of WAL, ${bytes(servers.map(({ historyBytes }) => historyBytes))} of history`,
  ];
}

/**
 * Measures on an empty database, `times` times: SQLite, or a PostgreSQL 18 of its own when `asked` is
 * `postgres`.
 */
export async function onGround<T>(
  asked: string | undefined,
  times: number,
  work: (ground: Ground) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  if (asked !== 'postgres') {
    for (let n = 0; n < times; n++) results.push(await inFolder((folder) => work(sqliteIn(folder))));
    return results;
  }
  // Default settings, with `fsync` on, and the memory of a usual server.
  const server = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } });
  try {
    for (let n = 0; n < times; n++) {
      results.push(await work(postgresAt(await server.createDatabase(`bench_${n}`), server.pid)));
    }
  } finally {
    await server.stop();
  }
  return results;
}

function sqliteIn(folder: string): Ground {
  const file = join(folder, 'jobs.db');
  return {
    name: 'SQLite',
    runsTable: 'runs',
    createStore: () => sqlite(file),
    async holdSnapshot() {
      const db = new DatabaseSync(file);
      db.exec('BEGIN');
      // The first read takes the snapshot.
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return async () => db.close();
    },
    async script(sql) {
      const db = new DatabaseSync(file);
      db.exec(sql);
      db.close();
    },
    async startCost() {
      const cpu = startCpu();
      return async () => cpu();
    },
  };
}

function postgresAt(url: string, serverPid: number): Ground {
  return {
    name: 'PostgreSQL',
    runsTable: 'greenvue_jobs.runs',
    async holdSnapshot() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await client.query('SELECT count(*) FROM pg_class');
      return () => client.end();
    },
    async script(sql) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(sql);
      await client.end();
    },
    createStore: () => postgres(url),
    async startCost() {
      // After a checkpoint, pages are written whole. The measurement pays for it, as production does every
      // few minutes.
      await ask(url, 'CHECKPOINT');
      const before = await serverState(url, serverPid);
      const cpu = startCpu();
      return async () => {
        const own = cpu();
        const after = await serverState(url, serverPid);
        const cpuMs = after.cpuMs - before.cpuMs;
        const walBytes = after.wal - before.wal;
        return { ...own, server: { cpuMs, walBytes, historyBytes: after.history - before.history } };
      };
    },
  };
}

async function serverState(url: string, pid: number) {
  const [wal = 0, history = 0] = await ask(url, STATE);
  return { cpuMs: serverCpuMs(pid), wal, history };
}

const STATE = `SELECT pg_current_wal_insert_lsn() - '0/0', pg_total_relation_size('greenvue_jobs.runs')`;

async function ask(url: string, sql: string): Promise<readonly number[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return (rows[0] ?? []).map(Number);
  } finally {
    await client.end();
  }
}

/** Linux counts hundredths of a second. */
const TICK_MS = 10;

/** CPU of a server with its current and ended processes; 0 without /proc. */
export function serverCpuMs(pid: number): number {
  const present = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return present.reduce((sum, name) => sum + cpuOf(Number(name), pid), 0);
}

function cpuOf(process: number, server: number): number {
  const [, parent, ...rest] = statOf(process);
  // See proc(5): utime, stime, and cutime and cstime of children that have ended.
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = rest.slice(9, 13).map(Number);
  if (process === server) return (user + system + childrenUser + childrenSystem) * TICK_MS;
  return Number(parent) === server ? (user + system) * TICK_MS : 0;
}

/** The state, the parent and the following fields: the name before them may contain anything. */
function statOf(process: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    // The process has ended.
    return [];
  }
}
