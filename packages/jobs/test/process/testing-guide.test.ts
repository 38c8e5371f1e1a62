import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '../../../..');
const FILE = /^```ts file=(\S+)\n(.*?)^```$/gms;

it.each([
  ['docs/testing.md', 5],
  ['docs/lifecycle.md', 1],
])('the files of %s are tests that pass', async (page, least) => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-testing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const files = [...readFileSync(join(ROOT, page), 'utf8').matchAll(FILE)];
  for (const [, name = '', code = ''] of files) writeFileSync(join(folder, name), code);
  const run = promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], {
    cwd: folder,
    // Otherwise Node takes itself for a test of the outer runner, and prints no report.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  const { stdout } = await run.catch((error: { stdout: string }) => ({ stdout: error.stdout }));
  const tests = files.map(([, , code = '']) => code.split("\ntest('").length - 1);
  const total = tests.reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThanOrEqual(least);
  expect(stdout).toContain(`# pass ${total}\n# fail 0`);
});
