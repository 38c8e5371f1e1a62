import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { runInPipes } from '../src/testing/index.ts';
import { type Host, startHost, TOKEN } from './host.ts';

const PLAIN = 'hunter2-hunter2';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

async function run(words: readonly string[], input = '') {
  const ended = await runInPipes({
    program: JOBS_PROGRAM,
    application: createApplication(JOBS_PROGRAM),
    env: { JOBS_URL: host.url, JOBS_TOKEN: TOKEN },
    words,
    stdin: input,
  });
  return { ...ended, all: ended.stdout + ended.stderr };
}

function fileOf(job: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.yaml');
  writeFileSync(file, job);
  return file;
}

// Promise P40, secrets in payloads.
test('a secret is read from stdin, listed without its value, sealed again and deleted', async () => {
  expect((await run(['secrets', 'set', 'API_KEY'], `${PLAIN}\n`)).stdout).toBe('API_KEY is created.\n');
  expect((await run(['secrets', 'set', 'API_KEY'], 'other')).stdout).toBe('API_KEY is replaced.\n');
  expect((await run(['secrets', 'set', 'API_KEY'])).code).toBe(2);
  expect((await run(['secrets', 'list'])).stdout).toMatch(/^NAME.*\nAPI_KEY/);
  expect((await run(['secrets', 'reseal'])).stdout).toBe('0 values are sealed with the newest key.\n');
  expect((await run(['secrets', 'delete', 'API_KEY'])).code).toBe(2);
  expect((await run(['secrets', 'delete', 'API_KEY', '--yes'])).stdout).toBe('API_KEY is deleted.\n');
  expect((await run(['secrets', 'delete', 'API_KEY', '--yes'])).code).toBe(5);
});

test('apply and edit show no secret, and the server says whether its value is new', async () => {
  const job = (token: string) =>
    `id: kept\nname: Kept\ntype: keep\non_demand: true\npayload: { token: "${token}", note: n }\n`;
  const apply = async (token: string, ...more: string[]) =>
    run(['jobs', 'apply', '--file', fileOf(job(token)), ...more]);
  const dry = await apply(PLAIN, '--dry-run');
  expect([dry.code, dry.all.includes(PLAIN), dry.stdout]).toEqual([
    0,
    false,
    expect.stringContaining('token: "[secret]"'),
  ]);
  expect((await apply(PLAIN)).all).toContain('created');
  expect((await apply(PLAIN)).all).toContain('unchanged');
  expect((await apply('[secret]')).all).toContain('unchanged');
  const told = await apply('another-one', '--dry-run');
  expect(told.all).toContain('They are compared when it is applied.');
  const changed = await apply('another-one');
  expect([changed.all.includes('changed'), changed.all.includes('another-one')]).toEqual([true, false]);
  const edited = await run(['jobs', 'edit', 'kept', '--payload', `{"token":"${PLAIN}"}`, '--yes']);
  expect([edited.code, edited.all.includes(PLAIN)]).toEqual([0, false]);
  for (const words of [['jobs', 'show', 'kept'], ['jobs', 'show', 'kept', '--json'], ['audit']])
    expect((await run(words)).all).not.toContain(PLAIN);
});
