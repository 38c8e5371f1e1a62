// `npm run coverage [-- FILTER…]`: runs the tests of the engine, its rules and its stores, and prints which share
// of the lines and branches ran. Node itself counts, so that threads and child processes count, too.
// `--add` keeps what the last run counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoverageReport } from 'monocart-coverage-reports';
import { mergedCounts } from './merged-counts.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, 'dist', 'coverage');
const counts = join(folder, 'counts');
const sources = join(root, 'packages', 'jobs', 'src');
const LAYERS = ['core', 'engine', 'stores/memory', 'stores/sqlite', 'stores/postgres', 'stores'];

/** Where the tests of these layers are. */
const TESTS = [
  'packages/jobs/src/core',
  'packages/jobs/src/engine',
  'packages/jobs/src/stores',
  'packages/jobs/test/alerts',
  'packages/jobs/test/core',
  'packages/jobs/test/engine',
  'packages/jobs/test/postgres',
  'packages/jobs/test/process',
  'packages/jobs/test/secrets',
  'packages/jobs/test/store-contract',
];

async function runTests(filters) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const tests = spawn(
    process.execPath,
    [vitest, 'run', '--config', 'vitest.coverage.config.ts', ...filters],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_V8_COVERAGE: counts },
    },
  );
  process.on('SIGTERM', () => tests.kill());
  const [status] = await once(tests, 'exit');
  return status === 0;
}

/** The sums of a layer, as the line of a table. */
function line(layer, files) {
  const inLayer = files.filter(({ sourcePath }) => sourcePath.startsWith(`${layer}/`));
  const share = (kind) => {
    const total = inLayer.reduce((sum, { summary }) => sum + summary[kind].total, 0);
    const covered = inLayer.reduce((sum, { summary }) => sum + summary[kind].covered, 0);
    return `${((100 * covered) / total).toFixed(1)} % of ${total}`.padStart(18);
  };
  return `${layer.padEnd(16)}${String(inLayer.length).padStart(6)}${share('lines')}${share('branches')}`;
}

async function report() {
  const written = new CoverageReport({
    name: '@greenvue/jobs',
    outputDir: join(folder, 'report'),
    reports: ['v8', 'v8-json'],
    logging: 'error',
    sourcePath: (path) => path.replace(/^.*packages\/jobs\/src\//, ''),
  });
  await written.add(mergedCounts({ counts, sources, layers: ['core', 'engine', 'stores'] }));
  const { files } = await written.generate();
  const lines = LAYERS.map((layer) => line(layer, files));
  const head = `${'layer'.padEnd(16)}${'files'.padStart(6)}${'lines'.padStart(18)}${'branches'.padStart(18)}`;
  process.stdout.write(`\n${[head, ...lines].join('\n')}\n\n${join(folder, 'report', 'index.html')}\n`);
}

const filters = process.argv.slice(2).filter((argument) => argument !== '--add');
if (!process.argv.includes('--add')) rmSync(folder, { recursive: true, force: true });
mkdirSync(counts, { recursive: true });
const passed = await runTests(filters.length > 0 ? filters : TESTS);
await report();
process.exitCode = passed ? 0 : 1;
