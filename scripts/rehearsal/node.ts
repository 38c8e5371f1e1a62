import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { z } from 'zod';
import { type GuardedProcess, startGuarded } from '../postgres/guard.ts';

export type Env = Readonly<Record<string, string>>;

/** A real server of GreenVue in its own process, which ends with this one. */
export interface Node {
  readonly url: string;
  readonly pid: number;
  /** Its id in `GET /api/job-stats`. */
  id(token: string): Promise<string>;
  log(): Promise<string>;
  kill(): Promise<void>;
  /** Stops gracefully, as a deploy does. Throws if the node is not done after a minute. */
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const STOP_MS = 60_000;
/** The folder of this repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Each node has its own folder, and one node reads secrets that another has sealed. */
const SECRETS_KEY = 'the key of this rehearsal is long enough';

/** Starts a node on a port, and waits until it is ready. `root`: the folder of another version's code. */
export async function startNode(port: number, env: Env, root = ROOT): Promise<Node> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-node-'));
  await mkdir(join(folder, 'data'));
  const all = { DATA_DIR: join(folder, 'data'), SECRETS_KEY, PORT: String(port), ...env };
  const settings = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  const command = [
    'env',
    '-u',
    'DATABASE_DIRECT_URL',
    ...settings,
    process.execPath,
    join(root, 'apps/api/src/main.ts'),
  ];
  const node = await startGuarded({ folder, command, owner: undefined });
  const url = `http://127.0.0.1:${port}`;
  const log = () => readFile(join(folder, 'log'), 'utf8');
  await untilReady(node, url, log);
  return {
    url,
    pid: node.pid,
    id: async (token) => nodeIds(await ask({ url, token, path: '/api/job-stats' }))[0] ?? '',
    log,
    async stop() {
      if (node.exitCode === undefined) process.kill(node.pid, 'SIGTERM');
      await until(`${url} has stopped`, STOP_MS, async () =>
        node.exitCode === undefined ? undefined : true,
      );
      await rm(folder, { recursive: true, force: true });
    },
    async kill() {
      if (node.exitCode === undefined) process.kill(node.pid, 'SIGKILL');
      await node.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(node: GuardedProcess, url: string, log: () => Promise<string>): Promise<void> {
  await until(`${url} is ready`, READY_MS, async () => {
    if (node.exitCode !== undefined) throw new Error(`The node did not start:\n${await log()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    return answer?.status === 200 ? true : undefined;
  });
}

export interface Request {
  readonly url: string;
  /** Empty for an anonymous request. */
  readonly token: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
}

/** Sends a request to a node, and returns the body. Throws on an error status. */
export async function ask({ url, token, path, method = 'GET', body }: Request): Promise<unknown> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
  return said === '' ? undefined : JSON.parse(said);
}

const runSchema = z.object({
  id: z.string(),
  status: z.string(),
  node: z.string().nullable(),
  recoveries: z.number(),
});
export type RunSeen = z.infer<typeof runSchema>;
const statsSchema = z.object({ nodes: z.array(z.object({ node: z.string() })) });

export const nodeIds = (stats: unknown): string[] => statsSchema.parse(stats).nodes.map(({ node }) => node);

export async function trigger(url: string, token: string, jobId: string): Promise<RunSeen> {
  return runSchema.parse(
    await ask({ url, token, path: `/api/jobs/${jobId}/runs`, method: 'POST', body: {} }),
  );
}

export async function getRun(url: string, token: string, runId: string): Promise<RunSeen> {
  return runSchema.parse(await ask({ url, token, path: `/api/runs/${runId}` }));
}

export async function runsOf(url: string, token: string, jobId: string): Promise<RunSeen[]> {
  const runs: RunSeen[] = [];
  for (let cursor = ''; ; ) {
    const path = `/api/jobs/${jobId}/runs?limit=200${cursor}`;
    const { data, next_cursor } = pageSchema.parse(await ask({ url, token, path }));
    runs.push(...data);
    if (next_cursor === null) return runs;
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
  }
}

const pageSchema = z.object({ data: z.array(runSchema), next_cursor: z.string().nullable() });

/** Repeats `look` until it returns a value. On a timeout it names what it waited for. */
export async function until<T>(what: string, ms: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error(`Timed out after ${ms} ms: ${what}`);
    await delay(20);
  }
}

/** Runs `cli.ts` and returns its output. */
export async function runCli(args: readonly string[], env: Env, root = ROOT): Promise<string> {
  const { DATABASE_DIRECT_URL: _, ...inherited } = process.env;
  const cli = spawn(process.execPath, [join(root, 'apps/api/src/cli.ts'), ...args], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, said, [code]] = await Promise.all([text(cli.stdout), text(cli.stderr), once(cli, 'close')]);
  if (code !== 0) throw new Error(`${args.join(' ')} failed: ${said.trim()}`);
  return out.trim();
}

/** A slow mail server, so that a run with many mails can be watched, cancelled and killed. */
export async function startSlowMail(msPerMail: number): Promise<{ readonly url: string; close(): void }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      stream.resume().once('end', () => setTimeout(done, msPerMail));
    },
  });
  // A killed node breaks its connections.
  server.on('error', () => undefined);
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server has no port.');
  return { url: `smtp://127.0.0.1:${address.port}`, close: () => server.close(() => undefined) };
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
