import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runJazzer } from './jazzer/run-jazzer.ts';
import type { Mistake } from './mistakes.ts';
import { CORPUS, TARGETS } from './targets.ts';

/** Fuzzes code with a mistake, from the committed corpus on. Prints whether this found it. */
export async function findMistake(
  { name, target }: Mistake,
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
): Promise<boolean> {
  const chosen = TARGETS.find((each) => each.name === target);
  if (chosen === undefined) throw new Error(`the mistake "${name}" is in no target`);
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-fuzz-'));
  try {
    const start = performance.now();
    const corpora = [folder, join(CORPUS, target)];
    const found = await mkdtemp(join(tmpdir(), 'greenvue-fuzz-found-'));
    const { isDone, executions } = await runJazzer(chosen, { corpora, found, seconds, seed, mistake: name });
    await rm(found, { recursive: true });
    const took = ((performance.now() - start) / 1_000).toFixed(1);
    console.log(
      `${name} (${target}): ${isDone ? 'not found' : 'found'} after ${executions} executions, ${took} s`,
    );
    return !isDone;
  } finally {
    await rm(folder, { recursive: true });
  }
}
