import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Cleans up after the test. Tests that run at the same time pass that of their context. */
export type AfterTest = (clean: () => Promise<void> | void) => void;

/** A new folder, removed after the test. Make it before the processes that use it. */
export function folderOfTest(name: string, afterTest: AfterTest = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), `greenvue-${name}-`));
  afterTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Starts a program of this folder, and waits for its first output. Throws if the program ends before. The end
 * of the test kills it.
 */
export function startChild(program: string, ...args: readonly string[]): Promise<ChildProcess> {
  return startChildFor(onTestFinished, program, ...args);
}

/** The same, for a test that runs at the same time as others. */
export async function startChildFor(
  afterTest: AfterTest,
  program: string,
  ...args: readonly string[]
): Promise<ChildProcess> {
  const script = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  afterTest(() => end(child, 'SIGKILL'));
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${program} ended with ${code ?? signal} before it was ready.`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), ended]);
  return child;
}

/** Sends a signal, and waits for the end of the process. */
export async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
