import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the first answer of `/healthz`. */
  readonly bootMs: number;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');

/** As with `npm start`. */
const START_FLAGS = ['--max-semi-space-size=4'];
const START_ENV = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'greenvue') };

/** Starts a program of GreenVue on a data folder in its own process, without rate limits. */
export async function startServer(
  dataDir: string,
  port: number,
  program = 'apps/api/src/main.ts',
  env: NodeJS.ProcessEnv = {},
): Promise<BenchServer> {
  const begin = performance.now();
  const child = spawn(process.execPath, [...START_FLAGS, program], {
    cwd: root,
    env: {
      ...START_ENV,
      ...process.env,
      DATA_DIR: dataDir,
      PORT: String(port),
      RATE_LIMIT_PER_MINUTE: '10000000',
      RATE_LIMIT_OPERATOR_PER_MINUTE: '10000000',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(`${url}/healthz`))) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const bootMs = performance.now() - begin;
  return { url, pid: child.pid ?? 0, bootMs, stop: () => end(child) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
