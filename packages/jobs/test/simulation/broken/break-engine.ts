import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { scenarioOf } from '../scenario.ts';
import { simulate } from '../simulate.ts';
import type { Tried } from './try-variant.ts';
import type { Variant } from './variant.ts';
import { VARIANTS } from './variants.ts';

const TRY = fileURLToPath(new URL('try-variant.ts', import.meta.url));
const run = promisify(execFile);

/** Plays seeds against a broken engine, in a process of its own, until a promise is violated. */
export async function tryVariant({ name }: Variant, seeds: number): Promise<Tried> {
  const { stdout } = await run(process.execPath, [TRY, name, String(seeds)], { maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(stdout) as Tried;
}

/** Whether a seed also fails without a mistake: then it finds none. One at a time: a simulation seals globals. */
export async function failsUnbroken(seed: number): Promise<boolean> {
  return (await simulate(scenarioOf(seed))).violation !== undefined;
}

/**
 * Breaks the engine with `all` variants, or with those whose names `which` lists, and prints a row for each.
 * Returns the names not found.
 */
export async function breakEngine(which: string, seeds: number): Promise<readonly string[]> {
  const chosen = which === 'all' ? VARIANTS : which.split(',').map(variantOf);
  console.log('| variant | breaks | seeds | s | violated | what |\n|---|---|---|---|---|---|');
  const missed: string[] = [];
  const foundBy = new Map<string, number>();
  const left = [...chosen];
  const work = async () => {
    for (let variant = left.shift(); variant !== undefined; variant = left.shift()) {
      const tried = await tryVariant(variant, seeds);
      if (tried.found === undefined) missed.push(variant.name);
      else foundBy.set(variant.name, tried.found.seed);
      console.log(rowOf(variant, tried));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  for (const [name, seed] of foundBy) {
    if (!(await failsUnbroken(seed))) continue;
    console.log(`Seed ${seed} does not find ${name}: it also fails without a mistake.`);
    missed.push(name);
  }
  console.log(`\n${chosen.length - missed.length} of ${chosen.length} broken engines were found.`);
  if (missed.length > 0) console.log(`Not found: ${missed.join(', ')}`);
  return missed;
}

function variantOf(asked: string): Variant {
  const variant = VARIANTS.find(({ name }) => name === asked);
  if (variant !== undefined) return variant;
  const names = VARIANTS.map(({ name }) => name).join(', ');
  throw new Error(`There is no variant "${asked}". Use "all", or some of: ${names}.`);
}

function rowOf({ name, promise }: Variant, { seeds, seconds, found }: Tried): string {
  const what = found?.what.replaceAll('|', '/').slice(0, 160) ?? '';
  return `| ${name} | ${promise} | ${seeds} | ${seconds.toFixed(1)} | ${found?.promise ?? 'nothing'} | ${what} |`;
}
