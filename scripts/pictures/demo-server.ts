import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Connection, connect } from '@greenvue/jobs/client';

const CLI = fileURLToPath(new URL('../../apps/api/src/cli.ts', import.meta.url));

/** The demo with its seeded day, in a folder of its own. */
export interface DemoServer {
  readonly url: string;
  readonly api: Connection;
  readonly email: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** Starts `npm run demo`, and waits until it serves. */
export async function startDemo(): Promise<DemoServer> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-pictures-'));
  const port = await freePort();
  const env = { PATH: process.env.PATH ?? '', DATA_DIR: join(folder, 'demo'), PORT: String(port) };
  const server = spawn(process.execPath, [CLI, 'demo'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await printed(server, 'npm run demo continues it.');
  const token = spawn(process.execPath, [CLI, 'token'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    api: connect({ url: `${url}/api`, token: (await text(token.stdout)).trim(), retries: 5 }),
    email: 'admin@greenvue.local',
    password: 'greenvue-demo',
    stop: async () => {
      server.kill('SIGTERM');
      if (server.exitCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Goes on reading afterwards, so that the server can always write. */
function printed(server: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    server.stdout?.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes(words)) resolve();
    });
    server.once('exit', (code) => reject(new Error(`The demo ended with ${code}, and printed: ${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('a server has no port');
  return address.port;
}
