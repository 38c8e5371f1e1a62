import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataFiles } from '../data-dir/data-dir.ts';
import { isDecided } from '../data-dir/replace-databases.ts';
import { takeDataDir } from '../data-dir/take-data-dir.ts';
import { testConfig } from '../testing/test-app.ts';
import { contentsOf, killServerAfterBackup } from '../testing/test-backup.ts';
import { temporaryFolder } from '../testing/test-database.ts';

const CHILD = new URL('./restore-killed.child.ts', import.meta.url).pathname;
const OLD = { jobs: ['before', 'after'], tokens: 2 };
const NEW = { jobs: ['before'], tokens: 1 };

/** Whether the restore was killed. */
function restoreAndKill(args: readonly string[]): boolean {
  try {
    execFileSync(process.execPath, [CHILD, ...args], { stdio: 'pipe' });
    return false;
  } catch (error) {
    if (error instanceof Error && 'signal' in error && error.signal === 'SIGKILL') return true;
    throw error;
  }
}

test('a kill before any change of a file leaves the old databases or the backup, whole, and the old ones are kept', async () => {
  const folder = await temporaryFolder();
  const { dataDir: origin, backup } = await killServerAfterBackup(folder);
  const seen: string[] = [];
  for (let n = 1, isKilled = true; isKilled; n += 1) {
    const DATA_DIR = join(folder, `killed-${n}`);
    mkdirSync(DATA_DIR, { mode: 0o700 });
    cpSync(origin, DATA_DIR, { recursive: true });
    isKilled = restoreAndKill([DATA_DIR, backup, String(n)]);
    const wasDecided = isDecided(DATA_DIR);
    // What each start does first.
    (await takeDataDir(await testConfig({ DATA_DIR }))).release();
    const found = await contentsOf(DATA_DIR);
    const isNew = found.jobs.length === 1;
    expect(found).toEqual(isNew ? NEW : OLD);
    expect(existsSync(dataFiles(DATA_DIR).restoring)).toBe(false);
    if (isNew) {
      const { replaced } = dataFiles(DATA_DIR);
      const [kept = ''] = readdirSync(replaced);
      expect(await contentsOf(join(replaced, kept))).toEqual(OLD);
      expect(readdirSync(join(replaced, kept))).toContain('backup.json');
    }
    seen.push(isNew ? (wasDecided ? 'completed' : 'new') : 'old');
  }
  // Once the new ones are there, they stay; each of the three outcomes was seen.
  expect(seen).toEqual(seen.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
  expect(new Set(seen)).toEqual(new Set(ORDER));
}, 180_000);

const ORDER = ['old', 'completed', 'new'];
