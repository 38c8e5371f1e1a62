// `npm run rehearse -- soak [--store sqlite|postgres|both] [--minutes N] [--seed S] [--plots FOLDER]`: real
// servers at 70 % of their places, with random faults. Exits with 1 when a figure grows or a run is lost.
// `--break NAME`: with a leak on purpose, which the soak must find. Needs Linux, for /proc.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { StoreName } from './load/server.ts';
import { type Env, say } from './node.ts';
import { runSoak } from './soak/run-soak.ts';
import { reportSoak, writePlots } from './soak/soak-report.ts';

const LEAKS = fileURLToPath(new URL('./soak/leaks/', import.meta.url));
/** Leaks on purpose: the settings of the servers that bring each. */
const BROKEN: Readonly<Record<string, Env>> = {
  'keep-runs': { JOBS_RETENTION_FINISHED: '1000000', JOBS_RETENTION_SKIPPED: '1000000' },
  'keep-requests': { NODE_OPTIONS: `--import=${LEAKS}keep-requests.ts` },
  'keep-files-open': { NODE_OPTIONS: `--import=${LEAKS}keep-files-open.ts` },
};
const STORES: Readonly<Record<string, readonly StoreName[]>> = {
  sqlite: ['sqlite'],
  postgres: ['postgres'],
  both: ['sqlite', 'postgres'],
};

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    store: { type: 'string', default: 'both' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    plots: { type: 'string' },
    break: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const stores = STORES[values.store];
const settings = values.break === undefined ? {} : BROKEN[values.break];
if (stores === undefined || settings === undefined || !(minutes >= 12) || !Number.isSafeInteger(seed)) {
  const broken = Object.keys(BROKEN).join('|');
  process.stderr.write(
    `npm run rehearse -- soak [--store sqlite|postgres|both] [--minutes N, at least 12] [--seed N] [--plots FOLDER] [--break ${broken}]\n`,
  );
  process.exit(1);
}
const results = await Promise.all(stores.map((store) => runSoak({ store, minutes, seed, settings })));
let isMet = true;
for (const result of results) {
  isMet = reportSoak(result) && isMet;
  if (values.plots !== undefined) for (const file of await writePlots(result, values.plots)) say(`  ${file}`);
}
process.exit(isMet ? 0 : 1);
