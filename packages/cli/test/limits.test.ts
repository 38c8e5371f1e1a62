import { expect, test } from 'vitest';
import { CONDITION_MS } from '../../../scripts/test-deadlines.ts';
import { commandLine } from './command-line.ts';

const { done } = commandLine();

// Promise P29, limits and priority.
test('L1: a type shows its limits and what waits for them, and a run the limit that it waits for', async () => {
  const shown = await done('types', 'hold');
  expect(shown).toMatch(/^Limits +1 run at a time, 100 starts in 1m, for each \/tenant$/m);
  expect(shown).toMatch(/^Waiting for limits +no runs$/m);
  expect(await done('types', 'greet')).not.toMatch(/limits/i);
  const job = ['--name', 'Held', '--type', 'hold', '--on-demand', '--overlap', 'allow'];
  await done('jobs', 'create', 'held', ...job, '--payload', '{"tenant":"acme"}');
  const run = async () => JSON.parse(await done('jobs', 'run', 'held', '--json')).id as string;
  const waits = { timeout: CONDITION_MS, interval: 20 };
  const first = await run();
  await expect.poll(() => done('runs', 'show', first), waits).toMatch(/^Status +running/m);
  const second = await run();
  await expect
    .poll(() => done('runs', 'show', second), waits)
    .toMatch(/^Waits for +the limit of running runs for "acme"$/m);
  expect(await done('types', 'hold')).toMatch(/^Waiting for limits +1 run, for 1 full value$/m);
  expect(await done('runs', 'show', first)).not.toMatch(/Waits for/);
  // The host stops at once if no run holds.
  for (const id of [second, first]) await done('runs', 'cancel', id);
});
