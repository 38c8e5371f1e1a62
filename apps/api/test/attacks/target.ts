// Starts the server under attack in a folder of its own, on loopback, and measures it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../../scripts/postgres/server.ts';

export interface Target {
  readonly port: number;
  readonly url: string;
  /** The access token of an admin. */
  readonly admin: string;
  ask(method: string, path: string, options?: AskOptions): Promise<Reply>;
  readonly dataDir: string;
  /** The bytes that the server has logged. */
  logged(): number;
  /** Probes the server several times a second until `stop()`. */
  watch(): Watch;
  stop(): Promise<void>;
}

export interface AskOptions {
  readonly token?: string;
  /** A string is sent unchanged. */
  readonly body?: unknown;
  /** The client's address, for a server that trusts its proxy. */
  readonly address?: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** Seconds of `Retry-After`; 0 without one. */
  readonly retryAfter: number;
}

export interface Watch {
  stop(): Promise<Figures>;
}

/** The worst values of the probes. */
export interface Figures {
  readonly readyMs: number;
  /** Probes of `/readyz` that had no answer within {@link PROBE_TIMEOUT_MS}, or were refused. */
  readonly readyFailed: number;
  readonly rssMiB: number;
  readonly descriptors: number;
}

export const ADMIN_PASSWORD = 'attack-me-on-loopback';
const START_MS = 30_000;
const PROBE_EVERY_MS = 100;
const PROBE_TIMEOUT_MS = 60_000;
const AT_ONCE = 8;

/** Starts the server of this checkout, or of the one whose folder is the first argument of the script. */
export async function startTarget(env: Readonly<Record<string, string>> = {}): Promise<Target> {
  const root = resolve(process.argv[2] ?? join(import.meta.dirname, '../../../..'));
  const dataDir = mkdtempSync(join(tmpdir(), 'greenvue-attack-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--max-semi-space-size=4', join(root, 'apps/api/src/main.ts')], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'development',
      DATA_DIR: dataDir,
      PORT: String(port),
      ADMIN_PASSWORD,
      LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let logged = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    logged += chunk.length;
  });
  const stop = async () => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await answers(child, `${url}/healthz`);
    const ask = askAt(url);
    const admin = await signIn(ask);
    process.stdout.write(`attacking ${root}\n`);
    return { port, url, admin, ask, dataDir, logged: () => logged, watch: () => watch(child, url), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function row(what: string, value: string): void {
  process.stdout.write(`  ${what.padEnd(46)} ${value}\n`);
}

export function printFigures({ readyMs, readyFailed, rssMiB, descriptors }: Figures): void {
  row(
    'longest wait for /readyz',
    `${Math.round(readyMs)} ms${readyFailed > 0 ? `, ${readyFailed} failed` : ''}`,
  );
  row('largest RSS', `${Math.round(rssMiB)} MiB`);
  row('most descriptors', String(descriptors));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function askAt(url: string): Target['ask'] {
  return async (method, path, { token, body, address } = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(address === undefined ? {} : { 'x-forwarded-for': address }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const retryAfter = Number(answer.headers.get('retry-after') ?? 0);
    return { status: answer.status, body: await answer.text(), retryAfter };
  };
}

async function signIn(ask: Target['ask']): Promise<string> {
  const body = { email: 'admin@greenvue.local', password: ADMIN_PASSWORD };
  const reply = await ask('POST', '/api/auth/login', { body });
  const token: unknown = JSON.parse(reply.body).access_token;
  if (typeof token !== 'string') throw new Error(`the admin could not sign in: ${reply.body}`);
  return token;
}

/** Sends this many requests, a few at a time, and counts the answers by status. */
export async function flood(times: number, send: (n: number) => Promise<Reply>): Promise<string> {
  const counts = new Map<number, number>();
  let sent = 0;
  const sender = async () => {
    while (sent < times) {
      const { status } = await send(sent++);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return [...counts].map(([status, count]) => `${count} x ${status}`).join(', ');
}

async function answers(child: ChildProcess, url: string): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await sleep(20)) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
  }
  throw new Error('the server did not start');
}

function watch(child: ChildProcess, url: string): Watch {
  const worst = { readyMs: 0, readyFailed: 0, rssMiB: 0, descriptors: 0 };
  let isOver = false;
  // Connected before the attack, so that the probe measures the server and not the listen queue.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const probes = (async () => {
    while (!isOver) {
      const begin = performance.now();
      if (!(await isReady(url, agent))) worst.readyFailed += 1;
      worst.readyMs = Math.max(worst.readyMs, performance.now() - begin);
      await sleep(PROBE_EVERY_MS);
    }
  })();
  const samples = setInterval(() => {
    worst.rssMiB = Math.max(worst.rssMiB, rssOf(child.pid));
    worst.descriptors = Math.max(worst.descriptors, descriptorsOf(child.pid));
  }, PROBE_EVERY_MS);
  return {
    stop: async () => {
      isOver = true;
      await probes;
      clearInterval(samples);
      agent.destroy();
      return worst;
    },
  };
}

function isReady(url: string, agent: Agent): Promise<boolean> {
  return new Promise((settle) => {
    const asked = request(
      `${url}/readyz`,
      { agent, signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) },
      (answer) => {
        answer.resume().once('end', () => settle(answer.statusCode === 200));
      },
    );
    asked.once('error', () => settle(false));
    asked.end();
  });
}

/** Linux only; 0 elsewhere. */
function rssOf(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function descriptorsOf(pid: number | undefined): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}
