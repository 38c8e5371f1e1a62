import { parseArgs } from 'node:util';
import { findMistake } from './find-mistake.ts';
import { fuzzTarget } from './fuzz-target.ts';
import { MISTAKES } from './mistakes.ts';
import { replay } from './replay.ts';
import { TARGETS, type Target } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Prints the targets. */
    list: { type: 'boolean', default: false },
    /** How long each target is fuzzed. */
    minutes: { type: 'string' },
    seconds: { type: 'string' },
    /** The seed of the mutations. */
    seed: { type: 'string', default: '1' },
    /** Only this file, instead of new inputs. */
    input: { type: 'string' },
    /** Makes a mistake in the code of its target, or `all`: fuzzing must find it. */
    break: { type: 'string' },
    /** Afterwards, adds the inputs that reach new code to the committed corpus. */
    keep: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (values.list) {
    for (const { name, about } of TARGETS) console.log(`${name.padEnd(18)} ${about}`);
    return 0;
  }
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || seed < 1)
    return refuse('--seed must be a whole number from 1, such as --seed 7.');
  const seconds = values.seconds === undefined ? Number(values.minutes ?? 1) * 60 : Number(values.seconds);
  if (!(seconds >= 1)) return refuse('--minutes or --seconds must be a number, such as --minutes 10.');
  if (values.break !== undefined) return breakTargets(values.break, seconds, seed);
  const [name = ''] = positionals;
  const chosen = TARGETS.filter((target) => name === 'all' || target.name === name);
  if (chosen.length === 0)
    return refuse(`There is no target "${name}". Use "all", or one of: ${namesOf(TARGETS)}.`);
  let failed = 0;
  for (const target of chosen) if (!(await isSound(target, seconds, seed))) failed += 1;
  return failed === 0 ? 0 : 1;
}

/** Makes mistakes in the code. Each must be found. */
async function breakTargets(name: string, seconds: number, seed: number): Promise<number> {
  const chosen = MISTAKES.filter((mistake) => name === 'all' || mistake.name === name);
  if (chosen.length === 0)
    return refuse(`There is no mistake "${name}". Use "all", or one of: ${namesOf(MISTAKES)}.`);
  let missed = 0;
  for (const mistake of chosen) if (!(await findMistake(mistake, { seconds, seed }))) missed += 1;
  return missed === 0 ? 0 : 1;
}

function namesOf(list: readonly { readonly name: string }[]): string {
  return list.map(({ name }) => name).join(', ');
}

async function isSound(target: Target, seconds: number, seed: number): Promise<boolean> {
  if (values.input === undefined) return fuzzTarget(target, { seconds, seed, keep: values.keep });
  const fault = await replay(target, values.input);
  console.log(fault === undefined ? `${target.name}: no fault` : `${target.name}: ${fault}`);
  return fault === undefined;
}

function refuse(line: string): number {
  console.error(line);
  return 1;
}
