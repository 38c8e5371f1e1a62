import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../db/test-database.ts';
import { runGreenvue, startGreenvue } from './test-greenvue.ts';

/** A dozen processes, one after the other, on a machine that may have other things to do. */
const LONG_MS = 180_000;

const proposed = async (env: Readonly<Record<string, string>>, shell: string, ...words: string[]) =>
  (await runGreenvue(env, '__complete', shell, ...words)).stdout.split('\n').slice(0, -1);

test('commands, flags and their values are completed without a server', async () => {
  const none = { GREENVUE_URL: 'http://127.0.0.1:1' };
  expect(await proposed(none, 'bash', 'j')).toEqual(['jobs']);
  expect(await proposed(none, 'bash', 'jobs', 're')).toEqual(['resume']);
  expect(await proposed(none, 'bash', 'jobs', 'list', '--he')).toEqual(['--health']);
  expect(await proposed(none, 'bash', 'jobs', 'list', '--status', '')).toEqual([
    'active',
    'paused',
    'finished',
  ]);
  expect(await proposed(none, 'bash', 'completion', 'f')).toEqual(['fish']);
  expect(await proposed(none, 'bash', 'jobs', 'show', 'a')).toEqual([]);
  expect(await proposed(none, 'fish', 'runs', 'sh')).toEqual([
    'show\tShow a run: its errors, how far it is, its result',
  ]);
  expect(await proposed(none, 'zsh', 'runs', 'ca')).toEqual(['cancel:Cancel a run']);
  expect(await proposed(none, 'tcsh', 'jobs')).toEqual([]);
  expect(await proposed(none, 'bash', 'nonsense', '')).toEqual([]);
});

test(
  'ids of jobs and types are completed with those of the server',
  async () => {
    const greenvue = await startGreenvue();
    const env = { GREENVUE_URL: greenvue.url, GREENVUE_TOKEN: greenvue.token };
    for (const id of ['nightly-a', 'nightly-b', 'other']) {
      await greenvue.done('jobs', 'create', id, '--name', id, '--type', 'update_search_index', '--on-demand');
    }
    expect(await proposed(env, 'bash', 'jobs', 'edit', 'nightly')).toEqual(['nightly-a', 'nightly-b']);
    expect(await proposed(env, 'bash', 'jobs', 'list', '--type', 'send')).toEqual(['send_notifications']);
  },
  LONG_MS,
);

test('bash completes with the script that is printed for it', async () => {
  const folder = await temporaryFolder();
  const launcher = fileURLToPath(new URL('../../bin/greenvue.mjs', import.meta.url));
  writeFileSync(join(folder, 'greenvue'), `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
  chmodSync(join(folder, 'greenvue'), 0o755);
  const lines = [
    'source <(greenvue completion bash)',
    `COMP_WORDS=(greenvue jobs pa); COMP_CWORD=2; _greenvue; echo "\${COMPREPLY[@]}"`,
    `COMP_WORDS=(greenvue jobs list --status ""); COMP_CWORD=4; _greenvue; echo "\${COMPREPLY[@]}"`,
  ];
  const bash = spawn('bash', ['-euc', lines.join('\n')], {
    env: { PATH: `${folder}:${process.env.PATH}`, GREENVUE_URL: 'http://127.0.0.1:1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [stdout] = await Promise.all([text(bash.stdout), once(bash, 'close')]);
  expect(stdout).toBe('pause\nactive paused finished\n');
});

test.each(['bash', 'zsh', 'fish'])('the script for %s says how it is installed', async (shell) => {
  const { code, stdout } = await runGreenvue({}, 'completion', shell);
  expect(code).toBe(0);
  expect(stdout).toMatch(/To install it/);
  expect(stdout).toContain(`greenvue __complete ${shell} `);
});
