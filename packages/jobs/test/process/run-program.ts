import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a program prints to stdout, within a minute. Throws if it fails. */
export async function runProgram(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  return stdout;
}
