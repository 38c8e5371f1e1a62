// `npm run bench` runs every measurement, one after the other, each in a process of its own; `npm run bench -- drain boot`
// runs those. Prints a Markdown table. Nothing else should run on the machine meanwhile.
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { megabytes } from './measure.ts';

const ALL = [
  'boot',
  'drain',
  'drain-postgres',
  'recurring',
  'recurring-postgres',
  'idle',
  'api',
  'job-types',
  'nodes',
];
/** What runs on either store takes it as an argument. */
const ON_POSTGRES = '-postgres';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${ALL.join(', ')}.`);
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
