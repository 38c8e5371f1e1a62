import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { job } from '@greenvue/jobs';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { commandLine } from './command-line.ts';
import { greet } from './host.ts';

const { run, done } = commandLine([job(greet, { id: 'declared', interval: '1h' })]);
beforeAll(() => done('jobs', 'create', 'made', '--name', 'Made', '--type', 'greet', '--on-demand'));
const PLACE = /jobs-in-code\.test\.ts:\d+/;

// Promise P28, jobs in code.
test('a list can be of the jobs in code, and a job says where it is declared', async () => {
  const listed = await done('jobs', 'list', '--origin', 'code');
  expect(listed).toMatch(/^declared .* code/m);
  expect(listed).not.toContain('made');
  expect(await done('jobs', 'list', '--origin', 'api')).not.toContain('declared');
  expect(await done('jobs', 'show', 'declared')).toMatch(
    /^Declared +in code, at .*jobs-in-code\.test\.ts:\d+/m,
  );
  expect(await done('jobs', 'show', 'made')).not.toMatch(/^Declared/m);
});

test('D1: an edit, a delete, a tag and an apply of a job in code fail with its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.yaml');
  const yaml = await done('jobs', 'show', 'declared', '--yaml');
  writeFileSync(file, yaml);
  expect(await done('jobs', 'apply', '-f', file)).toMatch(/unchanged/i);
  writeFileSync(file, yaml.replace('interval: 1h', 'interval: 2h'));
  for (const words of [
    ['jobs', 'edit', 'declared', '--interval', '2h', '--yes'],
    ['jobs', 'delete', 'declared', '--yes'],
    ['jobs', 'apply', '-f', file],
    ['bulk', 'jobs', 'tag', '--id', 'declared', '--tags', 'x', '--yes'],
  ]) {
    const { code, stdout, stderr } = await run(words);
    expect(code, words.join(' ')).not.toBe(0);
    expect(`${stdout}${stderr}`).toMatch(PLACE);
  }
  expect((await run(['jobs', 'apply', '-f', file])).stdout).toContain(`The job "declared" (${file}:1): `);
  await done('jobs', 'pause', 'declared', '--reason', 'check');
  await done('jobs', 'resume', 'declared');
});
