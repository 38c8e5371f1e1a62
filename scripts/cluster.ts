// `npm run cluster`: a PostgreSQL, three nodes of GreenVue and the demo's data, for experiments such as
// killing nodes. Everything ends with this process, however it ends; no data is kept.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stopOnSignals } from '../apps/api/src/start/signals.ts';
import { type Cluster, type ClusterNode, clusterGuide } from './cluster-guide.ts';
import { type GuardedProcess, startGuarded } from './postgres/guard.ts';
import { isFree, startPostgres } from './postgres/server.ts';

const NODES = 3;
const READY_MS = 60_000;
const MAIN = fileURLToPath(new URL('../apps/api/src/main.ts', import.meta.url));
/** As with `npm start`. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/greenvue', import.meta.url));
const CLI = fileURLToPath(new URL('../apps/api/src/cli.ts', import.meta.url));

/** A failure to report in one line. */
class ClusterError extends Error {}

const cleanUps: (() => Promise<unknown>)[] = [];
let isStopping = false;
stopOnSignals(stop, (error) => process.stderr.write(`Not all could be stopped: ${error}\n`));
try {
  process.stdout.write(clusterGuide(await start()));
} catch (error) {
  if (!isStopping) {
    process.stderr.write(`${error instanceof ClusterError ? error.message : String(error)}\n`);
    await stop();
    process.exit(1);
  }
}

async function start(): Promise<Cluster> {
  const ports = await freePorts();
  const dataDir = resolve(process.env.DATA_DIR ?? join('data', 'cluster'));
  // Mail of an earlier start would look like mail of this one.
  await rm(join(dataDir, 'outbox'), { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  say('Starting PostgreSQL …');
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  const databaseUrl = await server.createDatabase('greenvue');
  const env = { NODE_ENV: 'development', DATABASE_URL: databaseUrl, DATA_DIR: dataDir };
  say('Filling the market …');
  await runCli('demo', env);
  say(`Starting ${NODES} nodes …`);
  const nodes = await Promise.all(ports.map((port) => startNode(port, env)));
  return { databaseUrl, serverPid: server.pid, nodes, dataDir };
}

/** Stops the nodes first, so that they can give back their claims, and then the server. */
async function stop(): Promise<void> {
  isStopping = true;
  for (let cleanUp = cleanUps.pop(); cleanUp; cleanUp = cleanUps.pop()) await cleanUp();
}

async function freePorts(): Promise<readonly number[]> {
  const first = Number(process.env.PORT ?? 8080);
  if (!Number.isInteger(first) || first < 1 || first + NODES > 65_536) {
    throw new ClusterError(`PORT must be the first of ${NODES} ports, such as 8080.`);
  }
  const ports = Array.from({ length: NODES }, (_, n) => first + n);
  for (const port of ports) {
    if (await isFree(port)) continue;
    throw new ClusterError(
      `Port ${port} is in use: stop what listens there, or set PORT to the first of ${NODES} free ones, as in PORT=9080 npm run cluster`,
    );
  }
  return ports;
}

async function startNode(port: number, env: Readonly<Record<string, string>>): Promise<ClusterNode> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-node-'));
  const settings = Object.entries({
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || COMPILED,
    ...env,
    PORT: port,
  }).map(([name, value]) => `${name}=${value}`);
  const unset = ['-u', 'DATABASE_DIRECT_URL'];
  const command = ['env', ...unset, ...settings, process.execPath, '--max-semi-space-size=4', MAIN];
  const node = await startGuarded({ folder, command, owner: undefined });
  cleanUps.unshift(() => rm(folder, { recursive: true, force: true }));
  cleanUps.push(async () => {
    if (node.exitCode !== undefined) return;
    process.kill(node.pid, 'SIGTERM');
    // The guide tells users how to freeze nodes.
    process.kill(node.pid, 'SIGCONT');
    await node.exited;
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(node, { url, log: join(folder, 'log') });
  void node.exited.then(() => {
    if (!isStopping) say(`The node on port ${port} (pid ${node.pid}) has ended. The others continue.`);
  });
  return { url, port, pid: node.pid };
}

async function untilReady(
  node: GuardedProcess,
  { url, log }: { readonly url: string; readonly log: string },
): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (node.exitCode === undefined && performance.now() < deadline) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    await delay(100);
  }
  throw new ClusterError(`The node at ${url} did not start: see ${log}`);
}

async function runCli(command: string, env: Readonly<Record<string, string>>): Promise<void> {
  const { DATABASE_DIRECT_URL: _, ...inherited } = process.env;
  const cli = spawn(process.execPath, [CLI, command], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(cli.stderr), once(cli, 'close')]);
  if (code !== 0) throw new ClusterError(`${command} failed: ${said.trim()}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
