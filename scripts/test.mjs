// Runs every test and prints the totals: vitest's report, then `123 passed, 0 failed`. Arguments go to
// vitest, such as a folder: `npm test -- packages/jobs/src/core`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryFolder } from './memory-folder.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), 'greenvue-test-'));
// Root's PostgreSQL runs as another user.
chmodSync(folder, 0o711);
const report = join(folder, 'report.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
];
// Each store of a test starts two threads, which mostly compile. `greenvue` has its compile cache in the same
// place.
const compiled = join(root, 'node_modules', '.cache', 'greenvue');
const tests = spawn(process.execPath, [vitest, ...args], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { NODE_COMPILE_CACHE: compiled, ...process.env, TMPDIR: folder },
});
// The tests end first; then their folder is removed. A terminal sends SIGINT to them, too.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => tests.kill());
const [status] = await once(tests, 'exit');

/** The number of slowest files to show. */
const SHOWN = 10;

/** The slowest files, one per line: seconds from the first to the last test, and the path. */
function slowest(files) {
  return files
    .map(({ name, startTime, endTime }) => ({
      name: relative(root, name),
      seconds: (endTime - startTime) / 1000,
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SHOWN)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${name}`);
}

let failed = 1;
let passed = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  if (result.testResults.length > SHOWN)
    process.stdout.write(`\nThe slowest files:\n${slowest(result.testResults).join('\n')}\n`);
  // A file that fails to load has no failed test of its own.
  failed = result.numFailedTests + (result.success || result.numFailedTests > 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(`No test report: ${error.message}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`\nNode ${process.version}\n${passed} passed, ${failed} failed\n`);
process.exit(status === 0 && failed === 0 && passed > 0 ? 0 : 1);
