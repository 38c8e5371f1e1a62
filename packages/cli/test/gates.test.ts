import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from './command-line.ts';

const { run, done } = commandLine();

// Promise P32, chains and gates.
test('a job is made with a gate, shown with it, listed by it and edited to have none', async () => {
  await done('jobs', 'create', 'import', '--name', 'Import', '--type', 'greet', '--on-demand');
  const create = ['jobs', 'create', 'report', '--name', 'Report', '--type', 'greet', '--interval', '1h'];
  await done(...create, '--only-if', 'import/24h');
  expect(await done('jobs', 'show', 'report')).toMatch(/^Only if +import succeeded within 24h$/m);
  expect(await done('jobs', 'list', '--upstream', 'import')).toMatch(/^report /m);
  expect(await done('jobs', 'edit', 'report', '--only-if', 'import/1440m')).toContain('nothing to change');
  expect(await done('jobs', 'edit', 'report', '--reset', 'only_if')).toMatch(/^-only_if:$/m);
  const { code, stderr } = await run(['jobs', 'edit', 'report', '--only-if', 'import']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('such as import/24h');
});

test('A13: a file may have a job before the one that it waits for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.yaml');
  const job = (id: string, upstream: string) =>
    `- { id: ${id}, name: ${id}, type: greet, interval: 1h, only_if: { job: ${upstream}, succeeded_within: 24h } }\n`;
  writeFileSync(
    file,
    `${job('third', 'second')}${job('second', 'first')}- { id: first, name: first, type: greet, on_demand: true }\n`,
  );
  expect(await done('jobs', 'apply', '-f', file, '--dry-run')).toContain('nothing was changed: 3 created');
  const applied = await done('jobs', 'apply', '-f', file);
  for (const id of ['first', 'second', 'third']) expect(applied).toContain(`created ${id}`);
  expect(await done('jobs', 'apply', '-f', file)).toContain('3 unchanged');
});

test('a job is made to run after another one, shown with it and edited', async () => {
  await done('jobs', 'create', 'load', '--name', 'Load', '--type', 'greet', '--on-demand');
  const create = ['jobs', 'create', 'sum', '--name', 'Sum', '--type', 'greet'];
  expect(await done(...create, '--after', 'load/finished')).toContain(
    'It runs when a run of load has succeeded or failed.',
  );
  expect(await done('jobs', 'show', 'sum')).toMatch(/^Schedule +after load finished$/m);
  const yaml = await done('jobs', 'show', 'sum', '--yaml');
  expect(yaml).toMatch(/after:\n {4}job: load\n {4}on: finished/);
  expect(yaml).toContain('overlap: queue');
  await done('jobs', 'run', 'load', '--wait');
  expect(await done('runs', 'list', '--trigger', 'chain')).toContain('after load');
  expect(await done('jobs', 'edit', 'sum', '--after', 'load')).toContain('succeeded');
  expect((await run(['jobs', 'edit', 'sum', '--after', 'load/maybe'])).stderr).toContain('such as import');
  await done('jobs', 'edit', 'sum', '--after', 'load/failed');
  expect(await done('jobs', 'show', 'sum')).toMatch(/^Next run +when a run of load has failed$/m);
});

const APPLY = ['jobs', 'apply', '-f', '-'];

test('a file with a circle is refused as a whole, with the jobs of the circle', async () => {
  const job = (id: string, upstream: string) =>
    `- { id: ${id}, name: ${id}, type: greet, after: { job: ${upstream} } }\n`;
  const alone = '- { id: alone, name: Alone, type: greet, on_demand: true }\n';
  const { code, stdout, stderr } = await run(APPLY, `${job('one', 'other')}${job('other', 'one')}${alone}`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(
    /^The jobs one \(\S+:1\) and other \(\S+:2\) wait for each other: one for other, other for one\. Take after or only_if out of one of them\.\n$/,
  );
  expect((await run(['jobs', 'show', 'alone'])).code).toBe(5);
});

test('an apply whose jobs all fail says that no job was changed', async () => {
  const bad = (id: string) => `- { id: ${id}, name: ${id}, type: greet, maxRuns: 3, interval: 1h }\n`;
  expect(await run(APPLY, `${bad('bad-1')}${bad('bad-2')}`)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /failed bad-1\n {2}The job "bad-1" \(\S+:1\) is not valid\.\n {4}\/maxRuns unknown field; did you mean max_runs\?\n[\s\S]*Applied: none, 2 failed\.\n$/,
    ),
    stderr: '2 jobs of 2 failed. No job was changed.\n',
  });
});

test('an error that names no job names its file, its line and the field', async () => {
  const job =
    '- { id: one, name: One, type: greet, interval: 1h, only_if: { job: nobody, succeeded_within: 1h } }';
  expect((await run(APPLY, job)).stdout).toMatch(
    /^failed one\n {2}The job "one" \(-:1\) is not valid\.\n {4}\/only_if\/job .*No job has the id "nobody"/m,
  );
});

test('A13: a dry run refuses a job that is neither on the server nor in the file, and other faults of linked jobs', async () => {
  const job = (id: string, fields: string) => `- { id: ${id}, name: ${id}, type: greet, ${fields} }\n`;
  const text = [
    job('base-1', 'on_demand: true'),
    job('next-1', 'after: { job: base-1 }'),
    job('next-2', 'after: { job: base-1 }, only_if: { job: nobody, succeeded_within: 1h }'),
    job('next-3', 'after: { job: base-1 }, alerts: [nowhere]'),
  ].join('');
  const { code, stdout } = await run([...APPLY, '--dry-run'], text);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^would be created next-1$/m);
  expect(stdout).toMatch(
    /^failed next-2\n {2}The job "next-2" \(\S+:3\): .*\n(?: {4}.*\n)* {4}\/only_if\/job .*No job has the id "nobody"/m,
  );
  expect(stdout).toMatch(/^failed next-3\n[\s\S]*none with the id "nowhere"/m);
});
