import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { readMetrics } from '../load/metrics.ts';
import { query } from '../steps.ts';
import type { Site } from './site.ts';

/** What one process and the database hold at one time. */
export interface Sample {
  /** `Date.now()`. */
  readonly at: number;
  readonly pid: number;
  /** By the name of the series. A series without a figure at this time is absent. */
  readonly values: Readonly<Record<string, number>>;
}

const EVERY_MS = 5_000;
const MIB = 1_048_576;
/** Rows that pruning removes. */
const PRUNED = ['runs', 'live_runs', 'run_logs', 'chained_runs', 'upstream_ends', 'checkpoints'];
/** Rows that the server keeps for a day or longer. */
const KEPT = ['audit', 'dedupe_keys', 'job_versions', 'alert_deliveries', 'hour_counts', 'job_hour_counts'];

/** Takes a sample of one node and the database every 5 s, until `stop`. */
export function startSamples(site: Site, node: number) {
  const samples: Sample[] = [];
  let isOver = false;
  const loop = (async () => {
    for (; !isOver; await delay(EVERY_MS)) {
      const pid = site.pid(node);
      const [process, metrics, database] = await Promise.all([
        ofProcess(pid),
        ofMetrics(site.urls[node] ?? ''),
        ofDatabase(site).catch(() => ({})),
      ]);
      samples.push({ at: Date.now(), pid, values: { ...process, ...metrics, ...database } });
    }
  })();
  return {
    samples: samples as readonly Sample[],
    async stop(): Promise<void> {
      isOver = true;
      await loop;
    },
  };
}

async function ofProcess(pid: number): Promise<Record<string, number>> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => undefined);
  const rss = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  const threads = /Threads:\s+(\d+)/.exec(status)?.[1];
  return {
    ...(rss === undefined ? {} : { 'RSS, MiB': Number(rss) / 1_024 }),
    ...(threads === undefined ? {} : { threads: Number(threads) }),
    ...(descriptors === undefined ? {} : { descriptors: descriptors.length }),
  };
}

async function ofMetrics(url: string): Promise<Record<string, number>> {
  const metrics = await readMetrics(url, 3_000);
  if (metrics === undefined) return {};
  const figure = (name: string) => metrics.get(name) ?? 0;
  return {
    'heap used, MiB': figure('nodejs_heap_size_used_bytes') / MIB,
    'external, MiB': figure('nodejs_external_memory_bytes') / MIB,
    handles: figure('nodejs_active_resources_total'),
    'busy places': figure('greenvue_job_places{state="busy"}'),
    'CPU, s': figure('process_cpu_seconds_total'),
    'event streams': figure('greenvue_job_event_streams'),
  };
}

function ofDatabase(site: Site): Promise<Record<string, number>> {
  return site.databaseUrl === undefined ? ofSqlite(site.dataDir) : ofPostgres(site.databaseUrl);
}

async function ofSqlite(folder: string): Promise<Record<string, number>> {
  const file = join(folder, 'jobs.db');
  const size = async (path: string) => (await stat(path).catch(() => ({ size: 0 }))).size / MIB;
  const sizes = {
    'database, MiB': await size(file),
    'write-ahead log, MiB': await size(`${file}-wal`),
    'app.db, MiB': await size(join(folder, 'app.db')),
  };
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  try {
    const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
    return { ...sizes, ...rows(PRUNED.map(count), KEPT.map(count)) };
  } finally {
    database.close();
  }
}

async function ofPostgres(url: string): Promise<Record<string, number>> {
  const counts = [...PRUNED, ...KEPT].map((table) => `(SELECT count(*) FROM greenvue_jobs.${table})`);
  const [found] = await query(
    url,
    `SELECT ARRAY[${counts.join(', ')}]::int[] AS counts,
      (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relnamespace = 'greenvue_jobs'::regnamespace AND relkind = 'r')::float8 AS tables,
      (SELECT sum(size) FROM pg_ls_waldir())::float8 AS wal,
      (SELECT count(*) FROM pg_stat_activity WHERE datname = 'greenvue')::int AS connections`,
  );
  if (found === undefined || !Array.isArray(found.counts)) return {};
  const all = found.counts.map(Number);
  return {
    'database, MiB': Number(found.tables) / MIB,
    'write-ahead log, MiB': Number(found.wal) / MIB,
    connections: Number(found.connections),
    ...rows(all.slice(0, PRUNED.length), all.slice(PRUNED.length)),
  };
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const rows = (pruned: readonly number[], kept: readonly number[]) => ({
  'rows of runs': sum(pruned),
  'rows kept': sum(kept),
});
