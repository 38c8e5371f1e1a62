import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';

/** Most of a short life would be compiling; `greenvue` keeps what it has compiled in the same place. */
const COMPILED = fileURLToPath(new URL('../../../../node_modules/.cache/greenvue', import.meta.url));

/** A program of GreenVue in a process of its own. */
export interface TestProcess {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /**
   * Waits until stdout has the text, for at most `ms`. Throws when the process ends before, or takes too
   * long.
   */
  printed(text: string, ms?: number): Promise<void>;
  /** Waits for the end, for at most `ms`, and gives the exit code, or the signal that killed it. */
  ended(ms?: number): Promise<number | string>;
}

type Program = 'main.ts' | 'cli.ts';

/**
 * Starts a program with these variables and no others of this process but PATH; it is killed when the test is
 * over.
 */
export function startProcess(
  program: Program,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): TestProcess {
  const started = startLastingProcess(program, env, args);
  onTestFinished(() => void started.child.kill('SIGKILL'));
  return started;
}

/** The same, for several tests. The caller kills it. */
export function startLastingProcess(
  program: Program,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): TestProcess {
  const file = new URL(`../${program}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const closed = once(child, 'close');
  const late = (what: string) =>
    new Error(`${program} did not ${what}; it said: ${output.stdout}${output.stderr}`);
  return {
    child,
    output,
    printed: async (text, ms = CONDITION_MS) => {
      const signal = AbortSignal.timeout(ms);
      while (!output.stdout.includes(text)) {
        const more = once(child.stdout, 'data', { signal }).then(() => true);
        const goesOn = await Promise.race([more, closed.then(() => output.stdout.includes(text))]).catch(
          () => false,
        );
        if (!goesOn) throw late(`print ${text}`);
      }
    },
    ended: async (ms = CONDITION_MS) => {
      const isLate = setTimeout(ms, true, { ref: false });
      if ((await Promise.race([closed, isLate])) === true) throw late('end');
      return child.exitCode ?? child.signalCode ?? 'unknown';
    },
  };
}

/** Starts a server that can't, and gives the one line that says why. */
export async function failToStart(env: Readonly<Record<string, string>>): Promise<string> {
  const server = startProcess('main.ts', env);
  expect(await server.ended()).toBe(1);
  expect(server.output.stdout).toBe('');
  expect(server.output.stderr.trim().split('\n')).toHaveLength(1);
  return server.output.stderr;
}

/** A port that nothing listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
