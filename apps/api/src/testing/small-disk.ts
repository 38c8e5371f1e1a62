import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './test-database.ts';

/** A disk of its own, which only root can make, on Linux. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** The folder of a disk of that size, such as `16m`; removed when the test is over. */
export async function smallDisk(size: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'disk');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Leaves no page free, though others write meanwhile; returns what takes the file away. */
export function fill(folder: string): () => void {
  const file = join(folder, 'fills-the-disk');
  const write = (bytes: number): void => {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(bytes));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  };
  for (const bytes of [1024 * 1024, 4096]) write(bytes);
  return () => rmSync(file);
}
