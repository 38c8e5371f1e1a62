import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Connection, connect, createJob, deleteJob } from '@greenvue/jobs/client';
import { sleep } from '../measure.ts';
import { startServer } from '../server.ts';
import type { Counts } from './server.ts';

/** A server on a filled folder, in a process of its own, and an admin of it. */
export interface Instance {
  readonly url: string;
  readonly token: string;
  readonly api: Connection;
  counts(): Promise<Counts>;
  stop(): Promise<void>;
}

const PORT = 18_085;
const ROOT = join(import.meta.dirname, '..', '..');

export async function startInstance(folder: string, env: NodeJS.ProcessEnv = {}): Promise<Instance> {
  const token = greenvue(['token'], { ...env, DATA_DIR: folder });
  const { url, stop } = await startServer(folder, PORT, 'bench/console/server.ts', env);
  return {
    url,
    token,
    api: connect({ url: `${url}/api`, token }),
    counts: async () => (await (await fetch(`${url}/bench/counts`)).json()) as Counts,
    stop,
  };
}

/** A command of GreenVue's; gives what it prints. */
export function greenvue(args: readonly string[], env: NodeJS.ProcessEnv): string {
  const cli = join(ROOT, 'apps', 'api', 'src', 'cli.ts');
  const { stdout, status } = spawnSync(process.execPath, [cli, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`greenvue ${args.join(' ')} ended with ${status}`);
  return stdout.trim();
}

/** So many runs a second, of as many jobs, each every second; gives what ends them. */
export async function keepRunning({ api }: Instance, perSecond: number): Promise<() => Promise<void>> {
  const from = Date.now() + 2_000;
  const ids = Array.from({ length: perSecond }, (_, n) => `beat-${n}`);
  await Promise.all(
    ids.map((id, n) => {
      const start_at = new Date(from + Math.floor((n * 1_000) / perSecond)).toISOString();
      return createJob(api, { id, name: `Beat ${id}`, type: 'noop', interval: '1s', start_at });
    }),
  );
  await sleep(from - Date.now());
  return async () => void (await Promise.all(ids.map((id) => deleteJob(api, id))));
}
