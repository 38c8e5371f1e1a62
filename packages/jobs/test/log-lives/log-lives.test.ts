import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { liveOnce } from './life.ts';

/** More lives: `node packages/jobs/test/log-lives/run.ts --lives 5000`. */
const LIVES = 40;

test('in random lives of databases, a start is refused if the log has lost facts, and never if it has all', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-lives-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let refused = 0;
  for (let seed = 1; seed <= LIVES; seed += 1) {
    const report = liveOnce(mkdtempSync(join(folder, 'life-')), seed);
    expect(report.faults).toEqual([]);
    refused += report.refused;
  }
  expect(refused).toBeGreaterThan(LIVES);
});
