import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../src/testing/test-database.ts';
import { folderOfGreenvue, runGreenvue, useGreenvue } from '../../src/testing/test-greenvue.ts';

const server = useGreenvue();

const proposed = async (env: Readonly<Record<string, string>>, shell: string, ...words: string[]) =>
  (await runGreenvue(env, '__complete', shell, ...words)).stdout.split('\n').slice(0, -1);

test('commands, flags and their values are completed without a server', async () => {
  const none = { GREENVUE_URL: 'http://127.0.0.1:1' };
  expect(await proposed(none, 'bash', 'j')).toEqual(['jobs']);
  expect(await proposed(none, 'bash', 'jobs', 're')).toEqual(['resume', 'resume-all']);
  expect(await proposed(none, 'bash', 'jobs', 'list', '--heal')).toEqual(['--health']);
  expect(await proposed(none, 'bash', 'jobs', 'list', '--status', '')).toEqual([
    'active',
    'paused',
    'finished',
  ]);
  expect(await proposed(none, 'bash', 'completion', 'f')).toEqual(['fish']);
  expect(await proposed(none, 'bash', 'jobs', 'show', 'a')).toEqual([]);
  expect(await proposed(none, 'fish', 'runs', 'sh')).toEqual([
    'show\tShow a run with its progress, result and errors',
  ]);
  expect(await proposed(none, 'zsh', 'runs', 'ca')).toEqual(['cancel:Cancel a run']);
  expect(await proposed(none, 'tcsh', 'jobs')).toEqual([]);
  expect(await proposed(none, 'bash', 'nonsense', '')).toEqual([]);
});

test('ids of jobs and types are completed with those of the server', async () => {
  const greenvue = server();
  const env = { GREENVUE_URL: greenvue.url, GREENVUE_TOKEN: greenvue.token };
  for (const id of ['nightly-a', 'nightly-b', 'other']) {
    await greenvue.done('jobs', 'create', id, '--name', id, '--type', 'update_search_index', '--on-demand');
  }
  expect(await proposed(env, 'bash', 'jobs', 'edit', 'nightly')).toEqual(['nightly-a', 'nightly-b']);
  expect(await proposed(env, 'bash', 'jobs', 'list', '--type', 'send')).toEqual(['send_notifications']);
});

/** What a shell says to a script, with `greenvue` on its PATH and a file in its folder. */
async function say(shell: readonly string[], script: string, env: Readonly<Record<string, string>> = {}) {
  const [program = '', ...options] = shell;
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'jobs.yaml'), '');
  const child = spawn(program, [...options, script], {
    cwd: folder,
    env: {
      PATH: `${await folderOfGreenvue()}:${process.env.PATH}`,
      HOME: folder,
      TERM: 'dumb',
      GREENVUE_URL: 'http://127.0.0.1:1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return stdout;
}

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

test('bash completes with the script that is printed for it', async () => {
  const script = [
    'source <(greenvue completion bash)',
    `COMP_WORDS=(greenvue jobs pa); COMP_CWORD=2; _greenvue; echo "\${COMPREPLY[@]}"`,
    `COMP_WORDS=(greenvue jobs list --status ""); COMP_CWORD=4; _greenvue; echo "\${COMPREPLY[@]}"`,
  ];
  expect(await say(['bash', '-euc'], script.join('\n'))).toBe('pause pause-all\nactive paused finished\n');
});

/** Has a zsh at a terminal, types lines and Tab, and prints what then stands there. */
const ZSH_AT_TERMINAL = `
zmodload zsh/zpty
zpty terminal zsh -f -i
show='show() { print -r -- "<<$BUFFER>>"; BUFFER=; zle .accept-line }; zle -N show; bindkey "^X" show'
zpty -w terminal 'PS1=; autoload -Uz compinit; compinit -u -D; source <(greenvue completion zsh); '$show'; print READ""Y'
zpty -r terminal out '*READY*'
for line in "$@"; do
  zpty -w -n terminal "$line"$'\t\x18'
  zpty -r terminal out '*<<*>>*'
  print -r -- "\${\${out##*<<}%%>>*}"
done
`;

test.runIf(isThere('zsh'))(
  'zsh completes what is typed, with the script that is printed for it',
  async () => {
    const greenvue = server();
    const job = ['--name', 'N', '--type', 'update_search_index', '--on-demand'];
    await greenvue.done('jobs', 'create', 'nightly', ...job);
    const lines = [
      'greenvue jo',
      'greenvue jobs pa',
      'greenvue jobs list --status act',
      'greenvue jobs list --limit 5 --rev',
      'greenvue jobs show n',
      'greenvue jobs apply -f jo',
      'greenvue jobs list --type update',
    ];
    const typed = lines.map((line) => `'${line}'`).join(' ');
    const env = { GREENVUE_URL: greenvue.url, GREENVUE_TOKEN: greenvue.token };
    expect(await say(['zsh', '-fc'], `set -- ${typed}\n${ZSH_AT_TERMINAL}`, env)).toBe(
      [
        'greenvue jobs ',
        'greenvue jobs pause ',
        'greenvue jobs list --status active ',
        'greenvue jobs list --limit 5 --reverse ',
        'greenvue jobs show nightly ',
        'greenvue jobs apply -f jobs.yaml ',
        'greenvue jobs list --type update_search_index ',
        '',
      ].join('\n'),
    );
  },
);

test.runIf(isThere('fish'))('fish completes with the script that is printed for it', async () => {
  const greenvue = server();
  const job = ['--name', 'N', '--type', 'update_search_index', '--on-demand'];
  for (const id of ['nightly-b', 'nightly-a']) await greenvue.done('jobs', 'create', id, ...job);
  const script = [
    'greenvue completion fish | source',
    ...['jo', 'jobs pa', 'jobs list --status ', 'jobs show nigh', 'jobs apply -f jo', 'runs sh'].map(
      (words) => `complete -C 'greenvue ${words}'`,
    ),
  ];
  const env = { GREENVUE_URL: greenvue.url, GREENVUE_TOKEN: greenvue.token };
  expect((await say(['fish', '--no-config', '-c'], script.join('\n'), env)).split('\n')).toEqual([
    // A file begins so as well, and is no command.
    expect.stringMatching(/^jobs\t/),
    expect.stringMatching(/^pause\tHold the schedule/),
    ...['active', 'paused', 'finished'].map((status) => expect.stringMatching(new RegExp(`^${status}\t`))),
    expect.stringMatching(/^nightly-a\t/),
    expect.stringMatching(/^nightly-b\t/),
    expect.stringMatching(/^jobs\.yaml/),
    expect.stringMatching(/^show\tShow a run/),
    '',
  ]);
});

test.each(['bash', 'zsh', 'fish'])('the script for %s says how it is installed', async (shell) => {
  const { code, stdout } = await runGreenvue({}, 'completion', shell);
  expect(code).toBe(0);
  expect(stdout).toMatch(/To install it/);
  expect(stdout).toContain(`greenvue __complete ${shell} `);
});
