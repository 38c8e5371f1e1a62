import { type SpawnSyncOptions, spawnSync } from 'node:child_process';

/** Runs a command, and returns its output. Throws with all that the command printed if it fails. */
export function runTool(
  [program, ...args]: readonly [string, ...string[]],
  options: Pick<SpawnSyncOptions, 'cwd' | 'env'> = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...options, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  throw new Error(`${[program, ...args].join(' ')} failed:\n${stdout}${stderr}`);
}
