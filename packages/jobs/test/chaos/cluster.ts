import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createDatabase, type PostgresServer, startPostgres } from '../postgres/server.ts';
import { type Admin, createAdmin } from './admin.ts';
import { type Build, THIS_BUILD } from './build.ts';
import { CHAOS_SCHEMA } from './ledger.ts';
import { installJobs } from './load.ts';
import type { FromNode } from './messages.ts';
import { ClusterNode, type LifeOptions } from './node.ts';
import { CALM, type Conditions } from './proxy.ts';
import type { FromProxies, ProxyInput, ToProxies } from './proxy-thread.ts';
import { throughput } from './recovery.ts';
import type { Scale } from './scale.ts';

/** What the nodes reported and the tests observed; the checks read it. */
export interface Seen {
  /** Manual runs that were acknowledged as queued and have not been seen finished yet. */
  readonly acknowledged: Set<string>;
  /** Processes whose lease ended. */
  readonly lost: { readonly life: string; readonly at: number }[];
  readonly gaveUp: { readonly runId: string; readonly fence: number; readonly at: number }[];
  /** Processes that were ended by SIGKILL. */
  readonly killed: { readonly life: string; readonly at: number }[];
  /** Descriptions of what must not happen. */
  readonly faults: string[];
}

/** The connections of a node. The control connection and the others have a proxy each. */
export type Way = 'control' | 'data';

/** Three nodes under load. Each has two proxies before the one server. */
export interface Cluster {
  readonly scale: Scale;
  readonly folder: string;
  readonly server: PostgresServer;
  /** The superuser's URL of the database. */
  readonly adminUrl: string;
  /** The nodes' URL of the database without the proxies. */
  readonly directUrl: string;
  readonly admin: Admin;
  readonly nodes: readonly ClusterNode[];
  readonly seen: Seen;
  /** The build that the next nodes run. */
  build: Build;
  /** Starts the next process of a node. */
  start(node: ClusterNode, options?: Partial<LifeOptions>): Promise<void>;
  kill(node: ClusterNode): Promise<number>;
  /** Sets the network conditions between a node and the server, for one or both of its proxies. */
  network(node: ClusterNode, conditions?: Partial<Conditions>, ways?: readonly Way[]): void;
  stop(): Promise<void>;
}

const NAMES = ['a', 'b', 'c'] as const;
const WAYS = ['control', 'data'] as const satisfies readonly Way[];
const wayOf = (name: string, way: Way) => `${name} ${way}`;
const DATABASE = 'chaos';
const ROLE = 'chaos_node';
/** For 3 x (pool + control + spare + ledger), the checks, and the reserve of the superuser. */
const MAX_CONNECTIONS = 60;

/**
 * Starts the server, creates the jobs and starts three nodes. `folder` gets logs and builds; the caller
 * removes it.
 */
export async function startCluster(folder: string, scale: Scale): Promise<Cluster> {
  const logFolder = join(folder, 'logs');
  mkdirSync(logFolder, { recursive: true });
  const server = await startPostgres({
    settings: { max_connections: String(MAX_CONNECTIONS), listen_addresses: '*', shared_buffers: '256MB' },
  });
  try {
    return await createCluster(server, { folder, logFolder, scale });
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Place {
  readonly folder: string;
  readonly logFolder: string;
  readonly scale: Scale;
}

async function createCluster(server: PostgresServer, { folder, logFolder, scale }: Place): Promise<Cluster> {
  const adminUrl = await createDatabase(server.url, DATABASE);
  const admin = createAdmin(adminUrl);
  // Nodes are not superusers, because superusers have reserved connections.
  await admin.rows(`CREATE ROLE ${ROLE} LOGIN`);
  await admin.rows(`ALTER DATABASE ${DATABASE} OWNER TO ${ROLE}`);
  const urlAt = (port: number) => `postgres://${ROLE}@127.0.0.1:${port}/${DATABASE}`;
  const directUrl = urlAt(server.port);
  await installJobs(directUrl, scale);
  await admin.rows(CHAOS_SCHEMA);
  await admin.rows(FIRST_VERIFIED);
  await admin.rows('ANALYZE');
  await admin.rows(`GRANT ALL ON SCHEMA chaos TO ${ROLE}`);
  await admin.rows(`GRANT ALL ON ALL TABLES IN SCHEMA chaos TO ${ROLE}`);
  const { ports, set, stop: stopProxies } = await startProxies(server.port);
  const seen: Seen = { acknowledged: new Set(), lost: [], gaveUp: [], killed: [], faults: [] };
  const nodes = NAMES.map(
    (name) =>
      new ClusterNode({
        name,
        logFolder,
        heard: (life, message) => note(seen, life, message),
        crashed: (life, code) => seen.faults.push(`the node ${life} ended by itself (${code})`),
      }),
  );
  const cluster: Cluster = {
    scale,
    folder,
    server,
    adminUrl,
    directUrl,
    admin,
    nodes,
    seen,
    build: THIS_BUILD,
    start: (node, options = {}) =>
      node.start({
        url: urlAt(ports[wayOf(node.name, 'data')] ?? 0),
        controlUrl: urlAt(ports[wayOf(node.name, 'control')] ?? 0),
        build: cluster.build,
        places: scale.places,
        triggersPerSecond: scale.triggersPerSecond,
        ...options,
      }),
    async kill(node) {
      const { life } = node;
      const at = await node.kill();
      seen.killed.push({ life, at });
      return at;
    },
    network(node, conditions, ways = WAYS) {
      for (const way of ways) set(wayOf(node.name, way), { ...CALM, ...conditions });
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      await stopProxies();
      await admin.close();
      await server.stop();
    },
  };
  try {
    await Promise.all(nodes.map((node) => cluster.start(node)));
    await untilUnderLoad(cluster);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** The first slots come due an interval after the jobs were made. */
async function untilUnderLoad(cluster: Cluster): Promise<void> {
  const { jobs, everyMs, calmMs } = cluster.scale;
  const until = Date.now() + everyMs * 4 + jobs * 10;
  while ((await throughput(cluster, calmMs)) < (jobs / everyMs) * 1_000) {
    if (Date.now() > until) throw new Error('The nodes do not keep up with due runs: see their logs.');
    await delay(POLL_MS);
  }
}

const POLL_MS = 200;

function note(seen: Seen, life: string, message: FromNode): void {
  switch (message.kind) {
    case 'ready':
      return;
    case 'acknowledged':
      for (const runId of message.runIds) seen.acknowledged.add(runId);
      return;
    case 'lost':
      seen.lost.push({ life, at: message.at });
      return;
    case 'gave_up':
      seen.gaveUp.push(message);
      return;
    case 'fault':
      seen.faults.push(`${life}: ${message.message}`);
      return;
    default:
      message satisfies never;
  }
}

async function startProxies(serverPort: number) {
  const names = NAMES.flatMap((name) => WAYS.map((way) => wayOf(name, way)));
  const workerData: ProxyInput = { serverPort, names };
  const worker = new Worker(new URL('./proxy-thread.ts', import.meta.url), { workerData, name: 'proxies' });
  const { ports } = await new Promise<FromProxies>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', resolve);
  });
  return {
    ports,
    set: (name: string, conditions: Conditions) =>
      worker.postMessage({ name, conditions } satisfies ToProxies),
    stop: () => worker.terminate(),
  };
}

const FIRST_VERIFIED = `INSERT INTO chaos.verified (job_uid, upto)
  SELECT uid, coalesce(last_slot_at, next_run_at - every_ms) FROM greenvue_jobs.jobs WHERE kind = 'interval'`;
