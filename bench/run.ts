// `npm run bench` runs every measurement in turn, each in its own process; `npm run bench -- drain boot` runs
// these two. Prints a Markdown table. Run nothing else on the machine. `npm run bench -- peers` compares with
// other systems: see `peers/run.ts`.
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { megabytes } from './support/measure.ts';

const ALL = [
  'boot',
  'drain',
  'drain-postgres',
  'limits',
  'limits-postgres',
  'recurring',
  'recurring-postgres',
  'register',
  'register-postgres',
  'bulk',
  'bulk-postgres',
  'idle',
  'api',
  'search',
  'resume',
  'job-types',
  'nodes',
  'growth',
  'growth-postgres',
  'incident',
  'incident-postgres',
  'alerts',
  'alerts-postgres',
  'console',
  'console-postgres',
];
/** Measurements for both stores take the store as an argument. */
const ON_POSTGRES = '-postgres';

const asked = process.argv.slice(2);
if (asked[0] === 'peers') process.exit(runPeers(asked.slice(1)));
const unknown = asked.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown benchmark ${unknown.join(', ')}. Known benchmarks: ${ALL.join(', ')}.`);
  process.exit(1);
}
console.log(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${megabytes(totalmem())}, ${new Date().toISOString()}\n`,
);
console.log('| what | result | | |\n|---|---|---|---|');
let failed = 0;
for (const name of asked.length > 0 ? asked : ALL) {
  const args = name.endsWith(ON_POSTGRES) ? ['postgres'] : [];
  const script = join(import.meta.dirname, `${name.replace(ON_POSTGRES, '')}.ts`);
  const { status } = spawnSync(process.execPath, [script, ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);

/** Installs the peers, which only this benchmark needs, and runs the checks that need them. */
function runPeers(args: readonly string[]): number {
  const root = join(import.meta.dirname, '..');
  const steps = [
    [join(root, 'scripts', 'install.mjs'), '--in=bench'],
    [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      join(root, 'bench', 'peers', 'tsconfig.json'),
    ],
    [join(root, 'bench', 'peers', 'run.ts'), ...args],
  ];
  for (const step of steps) {
    const { status } = spawnSync(process.execPath, step, { stdio: 'inherit' });
    if (status !== 0) return 1;
  }
  return 0;
}
