import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { CONDITION_MS } from '../../../scripts/test-deadlines.ts';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export type Env = Readonly<Record<string, string>>;

/**
 * Runs lines of a guide in bash, as an operator in the repository's folder does, and returns the output. A
 * failing command or an HTTP error of curl fails the test.
 */
export async function runInBash(lines: string, env: Env): Promise<string> {
  requireInstalled();
  const script = `set -euo pipefail\ncurl() { command curl -sS --fail-with-body "$@"; }\n${lines}`;
  const child = spawn('bash', ['-c', script], {
    cwd: ROOT,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`bash ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/**
 * Runs an npm script with npm, its shell and the server in a process group of their own, as in a terminal.
 */
export function startNpm(env: Env, script = 'start'): ChildProcess {
  requireInstalled();
  const npm = spawn('npm', ['run', script], {
    cwd: ROOT,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  onTestFinished(() => {
    if (npm.pid !== undefined && isAlive(-npm.pid)) process.kill(-npm.pid, 'SIGKILL');
  });
  return npm;
}

/** Whether the process is alive; with a minus, whether any process of its group is. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Repeats `look` until it returns a value, for at most `ms`. The longer it takes, the more seldom it looks:
 * looks take time from what they wait for.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  ms = CONDITION_MS,
): Promise<T> {
  const begin = performance.now();
  for (let waited = 0; waited < ms; waited = performance.now() - begin) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await setTimeout(Math.min(Math.max(waited / 20, 20), 250));
  }
  throw new Error(`timed out waiting until ${what}`);
}

// npm takes variables from a test that npm started; it only needs the path and a home.
function inherited(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
}

/** A start that installs packages would replace them during the tests. */
function requireInstalled(): void {
  const lock = createHash('sha256')
    .update(readFileSync(`${ROOT}package-lock.json`))
    .digest('hex');
  if (!readFileSync(`${ROOT}node_modules/.greenvue-install.json`, 'utf8').includes(lock)) {
    throw new Error('The packages are not those of package-lock.json: run npm test, which installs them.');
  }
}
