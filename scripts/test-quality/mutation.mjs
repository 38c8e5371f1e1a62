// `npm run mutation [-- FOLDER…]`: changes the rules in `packages/jobs/src/core`, one change at a time, and runs
// their tests. A change that no test notices *survives*. FOLDER is a folder or file of `core`, such as `rules`
// or `rules/settle.ts`; default: all, which takes hours. Ctrl-C keeps the results so far.
// Exit code 1: 90 % or less were noticed, or survivors.json has no reason for a survivor.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { survivorsOf } from './survivors.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const CORE = 'packages/jobs/src/core';
const RESULTS = join(root, 'dist', 'mutation', 'results.json');
/** Share of the changes that tests must notice (%). */
const LEAST = 90;

const pathOf = (name) => (name.startsWith(CORE) ? name : join(CORE, name)).replace(/\/$/, '');
const paths = process.argv.slice(2).map(pathOf);

function patternsOf(path) {
  if (!existsSync(join(root, path)))
    throw new Error(`${path} does not exist. Name a folder or file of ${CORE}.`);
  return path.endsWith('.ts') ? [path] : [`${path}/**/*.ts`];
}

async function mutate() {
  const patterns = [...(paths.length > 0 ? paths : [CORE]).flatMap(patternsOf), `!${CORE}/**/*.test.ts`];
  const stryker = join(here, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const config = 'scripts/test-quality/stryker.config.mjs';
  const run = spawn(process.execPath, [stryker, 'run', config, '--mutate', patterns.join(',')], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // Stryker writes what it has when it is interrupted. A terminal interrupts it, too.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => run.kill('SIGINT'));
  const [status] = await once(run, 'exit');
  return status === 0;
}

const NOTICED = new Set(['Killed', 'Timeout']);
const UNNOTICED = new Set(['Survived', 'NoCoverage']);

function line(name, mutants) {
  const noticed = mutants.filter(({ status }) => NOTICED.has(status)).length;
  const survived = mutants.filter(({ status }) => UNNOTICED.has(status)).length;
  const share = (100 * noticed) / (noticed + survived);
  const text = `${name.padEnd(36)}${String(noticed + survived).padStart(8)}${String(survived).padStart(10)}`;
  return { share, text: `${text}${share.toFixed(1).padStart(8)} %` };
}

function report() {
  const { files } = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const inScope = Object.entries(files)
    .filter(
      ([file]) => paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`)),
    )
    .sort(([a], [b]) => a.localeCompare(b));
  const head = `${'file'.padEnd(36)}${'changes'.padStart(8)}${'survived'.padStart(10)}${'noticed'.padStart(10)}`;
  const lines = inScope.map(([file, { mutants }]) => line(file.replace(`${CORE}/`, ''), mutants).text);
  const total = line(
    'total',
    inScope.flatMap(([, { mutants }]) => mutants),
  );
  process.stdout.write(`\n${[head, ...lines, total.text].join('\n')}\n`);
  const unexplained = inScope.flatMap(([file, result]) => survivorsOf(file.replace(`${CORE}/`, ''), result));
  for (const { file, at, code, change } of unexplained)
    process.stdout.write(`\nsurvived, without a reason: ${file}:${at}\n  ${code}\n  ${change}\n`);
  return total.share > LEAST && unexplained.length === 0;
}

const isDone = await mutate();
const isGood = report();
process.exitCode = isDone && isGood ? 0 : 1;
