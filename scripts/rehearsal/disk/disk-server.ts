import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuarded } from '../../postgres/guard.ts';
import { freePort } from '../../postgres/server.ts';
import { type Env, ROOT, until } from '../node.ts';
import { NO_LIMITS } from '../steps.ts';

/** A server that is ready, or has ended. */
export interface DiskServer {
  readonly url: string;
  /** Undefined while it runs. */
  exitCode(): number | undefined;
  /** The lines that the process printed for people: without those of its log. */
  lines(): Promise<readonly string[]>;
  kill(): Promise<void>;
}

const READY_MS = 60_000;

/** Starts GreenVue on a data folder, and waits until it is ready or has ended. */
export async function startOnDisk(dataDir: string, settings: Env = {}): Promise<DiskServer> {
  const folder = await mkdtemp(join(tmpdir(), 'disk-server-'));
  const port = await freePort();
  const env = {
    ...NO_LIMITS,
    DATA_DIR: dataDir,
    PORT: String(port),
    NODE_ENV: 'production',
    JWT_SECRET: 'a rehearsal signs its access tokens with these words 7391',
    SECRETS_KEY: 'the key of this rehearsal is long enough',
    LOG_LEVEL: 'fatal',
    JOBS_MIN_INTERVAL: '100ms',
    NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/greenvue'),
    ...settings,
  };
  const named = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const program = join(ROOT, 'apps/api/src/main.ts');
  const command = ['env', '-u', 'DATABASE_URL', ...named, process.execPath, program];
  const server = await startGuarded({ folder, command, owner: undefined });
  const url = `http://127.0.0.1:${port}`;
  await until(`${url} is ready or has ended`, READY_MS, async () => {
    if (server.exitCode !== undefined) return true;
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    return answer?.status === 200 ? true : undefined;
  });
  return {
    url,
    exitCode: () => server.exitCode,
    async lines() {
      const printed = await readFile(join(folder, 'log'), 'utf8');
      return printed.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    },
    async kill() {
      if (server.exitCode === undefined) process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
