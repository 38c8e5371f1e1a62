// Runs every test and says how many there were: `npm test` prints vitest's report, then `123 passed, 0
// failed`. Arguments go to vitest, such as a folder: `npm test -- packages/jobs/src/core`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryFolder } from './memory-folder.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), 'greenvue-test-'));
// For root, a PostgreSQL is another user's.
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
// Each store of a test starts two threads, and most of their life would be compiling. `greenvue` keeps it in
// the same place.
const compiled = join(root, 'node_modules', '.cache', 'greenvue');
const tests = spawn(process.execPath, [vitest, ...args], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { NODE_COMPILE_CACHE: compiled, ...process.env, TMPDIR: folder },
});
// The tests end first, and then their folder is removed. A terminal sends them its SIGINT itself.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => tests.kill());
const [status] = await once(tests, 'exit');

/** How many of the slowest files are shown. */
const SHOWN = 10;

/** The slowest files, one to a line: seconds from the first test to the last one, and the path. */
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
  // A file that can't even be loaded has no failed test of its own.
  failed = result.numFailedTests + (result.success || result.numFailedTests > 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(`No test report: ${error.message}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`\nNode ${process.version}\n${passed} passed, ${failed} failed\n`);
process.exit(status === 0 && failed === 0 && passed > 0 ? 0 : 1);
