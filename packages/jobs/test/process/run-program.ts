import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';

/** What a program prints to stdout, within a minute. Throws if it fails. */
export async function runProgram(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: CONDITION_MS });
  return stdout;
}
