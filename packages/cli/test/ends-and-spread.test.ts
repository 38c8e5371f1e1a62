import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from './command-line.ts';

const { run, done } = commandLine();

const SCHEDULE = ['--interval', '1h', '--start-at', '2035-01-01T00:00:00Z'];
const ENDS = ['--end-at', '2035-01-01T02:00:00Z', '--max-runs', '2', '--spread', '30m'];

// Promises P33, calendars and ends; P34, spread.
test('a job is made with an end and a spread, shown with both, and edited to have neither', async () => {
  await done('jobs', 'create', 'sync', '--name', 'Sync', '--type', 'greet', ...SCHEDULE, ...ENDS);
  const shown = await done('jobs', 'show', 'sync');
  expect(shown).toMatch(/^Ends +at 2035-01-01 02:00:00Z, or after 2 runs, 0 made$/m);
  expect(shown).toMatch(/^Spread +30m$/m);
  expect(shown).toMatch(
    /^Next run +2035-01-01 00:[0-2]\d:\d\dZ \(in .*\), for the slot at 2035-01-01 00:00:00Z$/m,
  );
  const yaml = await done('jobs', 'show', 'sync', '--yaml');
  for (const line of ['end_at: 2035-01-01T02:00:00.000Z', 'max_runs: 2', 'spread: 30m'])
    expect(yaml).toContain(line);
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.yaml');
  writeFileSync(file, yaml);
  expect(await done('jobs', 'apply', '-f', file)).toMatch(/unchanged/i);
  writeFileSync(file, yaml.replace('max_runs: 2', 'max_runs: 3'));
  expect(await done('jobs', 'apply', '-f', file)).toMatch(/-max_runs: 2\n {2}\+max_runs: 3/);
  const edited = await done('jobs', 'edit', 'sync', '--reset', 'spread', '--reset', 'end_at');
  expect(edited).toMatch(/^-spread: 30m$/m);
  expect(edited).toMatch(/The next run moves from 2035-01-01 00:[0-2]\d:\d\dZ to 2035-01-01 00:00:00Z/);
  expect(await done('jobs', 'show', 'sync')).toMatch(/^Ends +after 3 runs, 0 made$/m);
});

test('a preview shows when slots are due, and the slots where they differ', async () => {
  const lines = (text: string) => text.trimEnd().split('\n');
  const slots = lines(await done('jobs', 'preview', ...SCHEDULE, ...ENDS, '--count', '5'));
  expect(slots).toEqual([
    expect.stringMatching(/^2035-01-01 00:00:00Z \(in .*\)$/),
    expect.stringMatching(/^2035-01-01 01:00:00Z \(in .*\)$/),
  ]);
  await done('jobs', 'create', 'late', '--name', 'Late', '--type', 'greet', ...SCHEDULE, ...ENDS);
  const [first, second, third] = lines(await done('jobs', 'preview', 'late'));
  expect(first).toMatch(/ 00:\d\d:\d\dZ \(.*\), for the slot at 2035-01-01 00:00:00Z$/);
  expect(second).toMatch(/ 01:\d\d:\d\dZ \(.*\), for the slot at 2035-01-01 01:00:00Z$/);
  expect(third).toBeUndefined();
});

test('a wrong end or spread is refused with what to give', async () => {
  const refused = async (...flags: readonly string[]) => {
    const create = ['jobs', 'create', 'bad', '--name', 'B', '--type', 'greet', '--interval', '1h'];
    const { code, stderr } = await run([...create, ...flags]);
    expect(code).not.toBe(0);
    return stderr;
  };
  expect(await refused('--max-runs', '1.5')).toContain('must be a whole number from 1');
  expect(await refused('--spread', '2h')).toContain('at most the interval, such as 1h; got "2h"');
  expect(await refused('--end-at', '2020-01-01T00:00:00Z')).toContain('Give a later time');
});
