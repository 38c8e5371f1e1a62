import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';

const CHILD = fileURLToPath(new URL('./without-logger-child.ts', import.meta.url));

it('an engine without a logger prints a run that fails, with its causes, to stderr and nothing to stdout', async () => {
  // Node 24 prints a warning about its SQLite on stderr.
  const args = ['--disable-warning=ExperimentalWarning', CHILD];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: CONDITION_MS });
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^[^\n]*a run failed[^\n]*TypeError: fetch failed[^\n]*connect ECONNREFUSED 10\.0\.0\.7:443[^\n]*\n$/,
  );
});
