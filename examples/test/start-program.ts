import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const EXAMPLES = join(import.meta.dirname, '..');
const PRELOADS = ['slow-disk.mjs', 'long-keep-alive.mjs'].flatMap((file) => [
  '--import',
  join(import.meta.dirname, file),
]);

/** A program of the examples, in a process of its own. */
export interface Program {
  /** Ends it as a deploy does. Resolves with its exit code; a program that does not end is killed. */
  end(): Promise<number | string | null>;
  /** Its exit code, or the signal that ended it, once it has ended by itself. */
  readonly exited: Promise<number | string | null>;
  /** What it has printed. */
  readonly output: () => string;
}

/**
 * `command`: a file in `examples/`, and its arguments. Its jobs are in `folder`, and take 1.5 s. Its idle
 * connections stay open.
 */
export function startProgram(
  command: string,
  env: Readonly<Record<string, string>>,
  folder: string,
): Program {
  const [file = '', ...args] = command.split(' ');
  const child = spawn(process.execPath, [...PRELOADS, join(EXAMPLES, file), ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  const exited = once(child, 'exit').then(() => child.exitCode ?? child.signalCode);
  return { end: () => end(child, exited), exited, output: () => output };
}

async function end(child: ChildProcess, exited: Program['exited']): Promise<number | string | null> {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const code = await exited;
  clearTimeout(kill);
  return code;
}

export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return String(address.port);
}
