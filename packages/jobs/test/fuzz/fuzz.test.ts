import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import { faultIn } from './replay.ts';
import { CORPUS, FINDINGS, type Fuzz, TARGETS, urlOf } from './targets.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));
/** `node run.ts`, as `npm run fuzz` calls it. */
const fuzz = (...args: readonly string[]) => promisify(execFile)(process.execPath, [RUN, ...args]);

function inputsOf(name: string): readonly string[] {
  return [join(CORPUS, name), join(FINDINGS, name)]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
}

describe.each(TARGETS)('fuzzing of $name', (target) => {
  it('finds no fault in its corpus and its earlier findings', async () => {
    const module: { readonly fuzz: Fuzz } = await import(urlOf(target));
    const inputs = inputsOf(target.name);
    expect(inputs.length).toBeGreaterThan(0);
    for (const input of inputs)
      expect(await faultIn(module.fuzz, readFileSync(input)), input).toBeUndefined();
  });
});

test('npm run fuzz finds a mistake that no committed input shows', async () => {
  const { stdout } = await fuzz('--break', 'fraction-without-bound', '--seconds', '60', '--seed', '1');
  expect(stdout).toMatch(/fraction-without-bound \(durations\): found after \d+ executions/);
}, 90_000);

test('npm run fuzz lists its targets, and refuses an unknown one in one line', async () => {
  const { stdout } = await fuzz('--list');
  expect(stdout.trim().split('\n')).toHaveLength(TARGETS.length);
  await expect(fuzz('nothing')).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^There is no target "nothing"\. Use "all", or one of: durations, .*\.\n$/),
  });
});
