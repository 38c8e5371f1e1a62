import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { listOf, textOf, textsOf } from '../../src/testing/test-bodies.ts';
import {
  folderOfGreenvue,
  runGreenvue,
  startGreenvue,
  useGreenvue,
} from '../../src/testing/test-greenvue.ts';
import { freePort } from '../../src/testing/test-process.ts';

/** Nothing listens there. */
const NO_MAIL_SERVER = 'smtp://127.0.0.1:1';
const server = useGreenvue({ SMTP_URL: NO_MAIL_SERVER });

test('who is not signed in, may not, or finds nothing is told what to do, each with its exit code', async () => {
  const greenvue = server();
  const { url } = greenvue;
  expect(await runGreenvue({ GREENVUE_URL: url }, 'jobs', 'list')).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringMatching(
      /\nNo token was given\. .*\n {2}export GREENVUE_TOKEN=\$\(npm run -s token\)\n$/,
    ),
  });
  expect(await runGreenvue({ GREENVUE_URL: url, GREENVUE_TOKEN: 'wrong' }, 'stats')).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/\nThe token is unknown at .*, expired or revoked\./),
  });
  const operator = textOf(
    await greenvue.post('/api/tokens', { name: 'operator', role: 'operator' }),
    'secret',
  );
  const create = ['jobs', 'create', 'a', '--name', 'A', '--type', 'update_search_index', '--interval', '1h'];
  expect(await greenvue.run(...create, '--token', operator)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining("The token's role is too low."),
  });
  expect(await greenvue.run('jobs', 'show', 'nothing')).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/nothing.*\nTo list what exists, run greenvue jobs list/),
  });
  await greenvue.done(...create);
  expect(await greenvue.run(...create)).toMatchObject({ code: 6 });
  expect(
    await greenvue.run('jobs', 'create', 'b c', '--name', '', '--type', 'nothing', '--interval', '5 minutes'),
  ).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^.*not valid\.\n(?: {2}\/\w+ .*\n)+$/),
  });
});

test('where no server is, or another one, that is said, with exit code 3', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  expect(await runGreenvue({ GREENVUE_URL: nowhere, GREENVUE_TOKEN: 'x' }, 'jobs', 'list')).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(
      /^No response from http:.*ECONNREFUSED.*\nStart the server with npm start, or set the URL of GreenVue with --url or GREENVUE_URL\.\n$/,
    ),
  });
  const other = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<html>Hello</html>');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  expect(await runGreenvue({ GREENVUE_URL: `http://127.0.0.1:${port}/` }, 'types')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/is not from this API\. .*\nIf this is not the server, set the URL/),
  });
});

test.each([
  [['nonsense'], 'There is no command nonsense.'],
  [['job', 'list'], 'There is no command job. Did you mean `jobs`?'],
  [['constructor'], 'There is no command constructor.'],
  [['jobs', '__proto__'], 'There is no command __proto__.'],
  [['--url', 'http://x', 'jobs', 'list'], '--url must come after the command'],
  [['jobs', 'list', '--limt', '5'], 'There is no flag --limt. Did you mean --limit?'],
  [['jobs', 'edit', 'a', '--backof', '5s'], 'There is no flag --backof. Did you mean --backoff-max?'],
  [
    ['jobs', 'create', 'mails', '--type', 'mail', '--interval', '5m'],
    'Add --name. A job needs an id, --name,',
  ],
  [['jobs', 'create', '--interval', '5m'], 'Add the id, --name, --type. A job needs an id, --name,'],
  [['jobs', 'list', '--constructor', '5'], 'There is no flag --constructor.'],
  [['jobs', 'list', '--limit', '0'], '--limit "0" must be a whole number from 1 or all, such as 20.'],
  [['jobs', 'list', '--status', 'gone'], '--status "gone" must be one of active, paused, finished.'],
  [['jobs', 'list', '--url', 'ftp://x'], '--url "ftp://x" must be a URL such as http://127.0.0.1:8080.'],
  [['jobs', 'list', '--token', 'a b'], '--token "a b" is not a token'],
  [['jobs', 'list', 'more'], '"more" is one argument too many.'],
  [['jobs', 'show'], 'Give the id of a job: greenvue jobs show <id>. To find it: greenvue jobs list'],
  [['jobs', 'show', ''], '"" is not a valid id, such as nightly-cleanup.'],
  [['runs', 'show', '..'], '".." is not a valid id, such as nightly-cleanup.'],
  [['jobs', 'show', 'a', '--json', '--json'], '--json is given twice.'],
  [['jobs', 'run', 'a', '--payload', '{'], '--payload is not valid JSON: '],
  [['jobs', 'run', 'a', '--payload', '[1]'], '--payload must be a JSON object'],
  [['jobs', 'run', 'a', '--payload', '@/nowhere.json'], "/nowhere.json can't be read"],
  [['jobs', 'run', 'a', '--payload'], '--payload needs a value.'],
  [
    ['jobs', 'edit', 'a', '--max-attempts', 'x'],
    '--max-attempts "x" must be a whole number from 1, such as 20.',
  ],
  [['jobs', 'preview'], 'Give the id of a job, or a schedule'],
  [['completion', 'tcsh'], 'There is no completion for "tcsh". Use one of bash, zsh, fish.'],
  [['jobs', 'show', '\u001b[2J', '\u001b[2J'], '"\\u001b[2J" is one argument too many.'],
])('%j is wrong usage, and is told so', async (words, message) => {
  const { code, stdout, stderr } = await runGreenvue({}, ...words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('\u001b');
});

test('a wrong variable is named, and a flag comes before it', async () => {
  expect(await runGreenvue({ GREENVUE_URL: 'nonsense' }, 'stats')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^GREENVUE_URL must be a URL such as /),
  });
  expect(await runGreenvue({ GREENVUE_TOKEN: 'a b' }, 'stats')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^GREENVUE_TOKEN is not a token/),
  });
  const url = `http://127.0.0.1:${await freePort()}`;
  expect((await runGreenvue({ GREENVUE_URL: 'nonsense' }, 'stats', '--url', url)).code).toBe(3);
});

test('help and the version need no server', async () => {
  const { code, stdout } = await runGreenvue({}, '--help');
  expect(code).toBe(0);
  for (const word of [
    'jobs',
    'runs',
    'types',
    'stats',
    'audit',
    'token',
    'backup',
    'migrate',
    'demo',
    'completion',
  ]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${word} `, 'm'));
  }
  expect(await runGreenvue({})).toMatchObject({ code: 0, stdout });
  expect((await runGreenvue({}, 'jobs', 'edit', '--help')).stdout).toContain('--backoff-initial');
  expect((await runGreenvue({}, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('a name with escape sequences is shown and not obeyed, by any command', async () => {
  const greenvue = server();
  const name = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eevil שלום 👩‍👩‍👧';
  const file = greenvue.file(
    'job.json',
    JSON.stringify({ id: 'evil', name, description: name, type: 'update_search_index', on_demand: true }),
  );
  const outputs = [
    await greenvue.run('jobs', 'apply', '-f', file, '--dry-run'),
    await greenvue.run('jobs', 'create', '-f', file),
    await greenvue.run('jobs', 'list'),
    await greenvue.run('jobs', 'list', '--json'),
    await greenvue.run('jobs', 'show', 'evil'),
    await greenvue.run('jobs', 'show', 'evil', '--yaml'),
    await greenvue.run('jobs', 'edit', 'evil', '--name', `${name}!`),
    await greenvue.run('jobs', 'pause', 'evil', '--reason', name),
    await greenvue.run('jobs', 'show', 'evil'),
    await greenvue.run('jobs', 'show', name),
  ];
  for (const { code, stdout, stderr } of outputs.slice(0, -1)) {
    expect(code, stderr).toBe(0);
    expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  }
  expect(outputs[2]?.stdout).toContain('\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u202eevil שלום 👩‍👩‍👧');
  expect(JSON.parse(outputs[3]?.stdout ?? '')).toMatchObject({ data: [{ name }] });
  expect(outputs.at(-1)?.stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('a reader that goes away ends a list with 0, but no apply, and Ctrl-C ends a follower with 130, both without a word', async () => {
  const greenvue = server();
  const text = 'x'.repeat(2_000);
  const file = greenvue.file(
    'many.yaml',
    Array.from(
      { length: 60 },
      (_, at) =>
        `- { id: job-${at}, name: A, description: ${text}, type: update_search_index, on_demand: true }\n`,
    ).join(''),
  );
  // What was begun is seen through.
  const apply = greenvue.start('jobs', 'apply', '-f', file);
  apply.child.stdout?.once('data', () => apply.child.stdout?.destroy());
  expect(await apply.ended()).toBe(0);
  expect(listOf(await greenvue.json('jobs', 'list', '--limit', 'all'), 'data')).toHaveLength(60);

  const list = greenvue.start('jobs', 'list', '--limit', 'all', '--json');
  list.child.stdout?.once('data', () => list.child.stdout?.destroy());
  expect(await list.ended()).toBe(0);
  expect(list.output.stderr).toBe('');

  await greenvue.mailDue();
  const job = ['--name', 'M', '--type', 'send_notifications', '--on-demand', '--backoff-initial', '1h'];
  await greenvue.done('jobs', 'create', 'mails', ...job);
  const follower = greenvue.start('jobs', 'run', 'mails', '--wait');
  await follower.printed('of mails is');
  follower.child.kill('SIGINT');
  expect(await follower.ended()).toBe(130);
  expect(follower.output.stderr).toBe('');
});

test('Ctrl-C during an apply lets what is under way be finished, begins no more, and says which jobs are not done', async () => {
  const greenvue = server();
  const jobs = Array.from(
    { length: 400 },
    (_, at) => `- { id: job-${at}, name: A, type: update_search_index, on_demand: true }\n`,
  );
  const apply = greenvue.start('jobs', 'apply', '-f', greenvue.file('jobs.yaml', jobs.join('')));
  await apply.printed('created job-0');
  apply.child.kill('SIGINT');
  expect(await apply.ended()).toBe(130);
  const { stdout, stderr } = apply.output;
  expect(stderr).toMatch(
    /^Finishing the job that is being applied, .*\n\d+ jobs of 400 failed\. The other jobs are as the files say\.\n$/,
  );
  const done = [...stdout.matchAll(/^created (\S+)/gm)].map(([, id]) => id);
  const left = [...stdout.matchAll(/^failed (\S+)\n {2}Not tried: the command was interrupted\.$/gm)];
  expect(done.length).toBeLessThan(400);
  expect(done.length + left.length).toBe(400);
  const there = textsOf(listOf(await greenvue.json('jobs', 'list', '--limit', 'all'), 'data'), 'id');
  expect(there.toSorted()).toEqual(done.toSorted());
});

test.runIf(existsSync('/dev/full'))('output that can not be written is said to be so', async () => {
  const folder = await folderOfGreenvue();
  const { status, stderr } = spawnSync('sh', ['-c', 'greenvue --help >/dev/full'], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  expect(stderr).toBe("The output can't be written: ENOSPC: no space left on device, write.\n");
  expect(status).toBe(1);
});

test('who follows a run stays with it while the server restarts', async () => {
  const greenvue = await startGreenvue({ SMTP_URL: NO_MAIL_SERVER });
  await greenvue.mailDue();
  const job = [
    '--name',
    'M',
    '--type',
    'send_notifications',
    '--on-demand',
    '--backoff-initial',
    '4s',
    '--max-attempts',
    '2',
  ];
  await greenvue.done('jobs', 'create', 'mails', ...job);
  const follower = greenvue.start('jobs', 'run', 'mails', '--wait');
  await follower.printed('of mails is');
  greenvue.server.child.kill('SIGKILL');
  await greenvue.server.ended();
  await greenvue.startAgain();
  expect(await follower.ended()).toBe(7);
  expect(follower.output.stderr).toMatch(/failed: error after 2 attempts; the last attempt took .*\n/);
});
