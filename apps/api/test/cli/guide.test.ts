import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../src/testing/test-database.ts';
import { folderOfGreenvue } from '../../src/testing/test-greenvue.ts';
import { freePort, startProcess } from '../../src/testing/test-process.ts';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

/** The fenced blocks of a language. */
function blocksOf(page: string, language: string): readonly string[] {
  const blocks = [...page.matchAll(/^```(\S+)(?: [^\n]*)?\n(.*?)^```$/gms)];
  return blocks.flatMap(([, name, code = '']) => (name === language ? [code] : []));
}

test('the commands of docs/cli.md work as they stand', async () => {
  const folder = await temporaryFolder();
  const env = { DATA_DIR: join(folder, 'data'), PORT: String(await freePort()) };
  await startProcess('main.ts', env).printed('Data ');
  const page = read('docs/cli.md');
  writeFileSync(join(folder, 'jobs.yaml'), blocksOf(page, 'yaml').join('\n'));
  const path = await folderOfGreenvue();
  const signIn = [
    `export PATH="${path}:$PATH"`,
    `export JOBS_URL=http://127.0.0.1:${env.PORT}/api`,
    'export JOBS_TOKEN=$(greenvue token)',
  ];
  const commands = [...signIn, ...blocksOf(page, 'sh')]
    .join('\n')
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${env.PORT}`)
    .replace('$PWD/node_modules/.bin', path);
  const bash = spawn('bash', ['-c', `set -euo pipefail\n${commands}`], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(bash.stdout),
    text(bash.stderr),
    once(bash, 'close'),
  ]);
  expect(code, `${stdout}${stderr}`).toBe(0);
  expect(stdout).toContain('It has ended: exit code 6\n');
  // A paused job is found and resumed.
  expect(stdout).toMatch(
    /\nState +paused since .*: Inventory until Monday\nPaused +.* by token:.*: Inventory until Monday\n(.*\n)*Next run +none while the job is paused: .*\n(.*\n)*nightly-cleanup is resumed\. .*\nRun \d+ of nightly-cleanup is .*\n(.*\n)*?Run \d+ succeeded /,
  );
  expect(stdout).toContain('None fails.\n');
  expect(stdout).toMatch(/\nmails is deleted\.\nJobs +0/);
});

test('docs/cli.md names every exit code', async () => {
  const { EXIT } = await import('@greenvue/jobs-cli');
  const rows = [...read('docs/cli.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(rows).toEqual(Object.values(EXIT));
});
