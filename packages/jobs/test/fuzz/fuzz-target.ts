import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, runJazzer } from './jazzer/run-jazzer.ts';
import { minimized } from './minimize.ts';
import { replay } from './replay.ts';
import { CORPUS, FINDINGS, type Target } from './targets.ts';

/** Inputs of earlier runs that reached new code. They are not committed. */
const GROWN = fileURLToPath(new URL('../../../../node_modules/.cache/greenvue-fuzz/', import.meta.url));

export interface FuzzHow {
  readonly seconds: number;
  readonly seed: number;
  readonly keep: boolean;
}

/** Fuzzes a target, and prints what came of it. A finding is minimized and becomes a test. False: there is one. */
export async function fuzzTarget(target: Target, { seconds, seed, keep }: FuzzHow): Promise<boolean> {
  const grown = join(GROWN, target.name);
  const [corpus, found] = [join(CORPUS, target.name), join(grown, 'found')];
  await rm(found, { recursive: true, force: true });
  for (const folder of [join(grown, 'corpus'), corpus, found]) await mkdir(folder, { recursive: true });
  const end = performance.now() + seconds * 1_000;
  const corpora = [join(grown, 'corpus'), corpus];
  const sums = { executions: 0, unconfirmed: 0 };
  let ended: Ended;
  do {
    const left = Math.max(1, Math.round((end - performance.now()) / 1_000));
    ended = await runJazzer(target, { corpora, found, seconds: left, seed: seed + sums.unconfirmed });
    sums.executions += ended.executions;
    if (ended.isDone) break;
    const finding = await confirmed(target, found);
    if (finding !== undefined) {
      console.log(summary(target, seconds, ended, sums));
      console.log(finding);
      return false;
    }
    sums.unconfirmed += 1;
  } while (performance.now() < end - 1_000);
  console.log(summary(target, seconds, ended, sums));
  if (keep)
    await runJazzer(target, {
      corpora: [corpus, join(grown, 'corpus')],
      found,
      isMerge: true,
      seconds,
      seed,
    });
  return true;
}

/** Repeats what Jazzer.js has found in this process, without its instrumentation, and saves it as a test. */
async function confirmed(target: Target, found: string): Promise<string | undefined> {
  for (const name of await readdir(found)) {
    const file = join(found, name);
    // A run that never ends would never end here either.
    if (name.startsWith('timeout-')) return `An input takes more than 20 s: ${file}`;
    const fault = await replay(target, file);
    if (fault === undefined) {
      await rename(file, join(GROWN, `unconfirmed-${target.name}-${name}`));
      continue;
    }
    const input = await minimized(target, file);
    const test = join(FINDINGS, target.name, createHash('sha256').update(input).digest('hex').slice(0, 12));
    await mkdir(join(FINDINGS, target.name), { recursive: true });
    await writeFile(test, input);
    return `${fault}\nInput: ${JSON.stringify(Buffer.from(input).toString())}\nIt is now a test: ${test}`;
  }
  return undefined;
}

function summary(
  { name }: Target,
  seconds: number,
  ended: Ended,
  sums: { readonly executions: number; readonly unconfirmed: number },
): string {
  const unconfirmed = sums.unconfirmed === 0 ? '' : `, ${sums.unconfirmed} not confirmed`;
  return `${name}: ${sums.executions} executions in at most ${seconds} s, ${ended.covered} of ${ended.edges} edges, ${ended.inputs} inputs${unconfirmed}`;
}
