import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { runInPipes } from '../src/testing/index.ts';
import { COOKIE, type Host, startHost, TOKEN } from './host.ts';

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url));

type Env = Readonly<Record<string, string>>;

const runCli = (env: Env, words: readonly string[]) =>
  runInPipes({ program: JOBS_PROGRAM, application: createApplication(JOBS_PROGRAM), env, words });

/** Runs `greenvue-jobs` in a process of its own, with these variables. */
async function runProcess(env: Env, words: readonly string[], input = '') {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

describe('greenvue-jobs, on an application with a login of its own', () => {
  let host: Host;
  let folder: string;
  beforeAll(async () => {
    host = await startHost();
    folder = mkdtempSync(join(tmpdir(), 'greenvue-jobs-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await host.close();
  });

  const withToken = (): Env => ({ JOBS_URL: host.url, JOBS_TOKEN: TOKEN });
  const done = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await runCli(withToken(), words);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  test('creates, runs, edits, shows and deletes jobs, and lists who did it', async () => {
    await done('jobs', 'create', 'hello', '--name', 'Hello', '--type', 'greet', '--on-demand');
    const ran = await done('jobs', 'run', 'hello', '--wait', '--payload', '{"name":"Bo"}');
    expect(ran).toMatch(/ succeeded after .*\n {2}\{"greeted":"Bo"\}\n$/);
    await done('jobs', 'pause', 'hello');
    expect(await done('jobs', 'show', 'hello')).toContain('greenvue-jobs jobs resume hello');
    expect(await done('audit', '--target', 'hello')).toMatch(/user:ann +job\.pause +hello/);
    expect(await done('jobs', 'delete', 'hello', '--yes')).toBe('hello is deleted.\n');
    expect(await done('types')).toMatch(/^TYPE.*\n.*greet/);
    const [node] = JSON.parse(await done('nodes', 'list', '--json')).data;
    expect(await done('nodes', 'list')).toMatch(new RegExp(`^NODE.*\\n${node.node}.* ok `));
    expect(await done('nodes', 'drain', node.node)).toMatch(
      /finishes its runs, and plans and claims nothing more/,
    );
    expect(await done('nodes', 'list')).toMatch(/ draining /);
    expect(await done('nodes', 'resume', node.node)).toMatch(/ plans and claims again\.\n$/);
  });

  test('enqueues runs of a type without a job: now, later, once for each key', async () => {
    const waited = await done('enqueue', 'greet', '--payload', '{"name":"Cy"}', '--wait');
    expect(waited).toMatch(
      /^Run \d+ of enqueued\.greet is queued\.\nRun \d+ succeeded after .*\n {2}\{"greeted":"Cy"\}\n$/,
    );
    expect(await done('runs', 'list', '--job', 'enqueued.greet')).toMatch(/ succeeded +enqueued /);
    expect(await done('enqueue', 'greet', '--delay', '1h')).toMatch(
      /^Run (\d+) of enqueued\.greet is queued\. It starts at .*Z \(in (1 h|59 min 59 s)\)\.\nTo follow it, run greenvue-jobs runs logs \1 -f\n$/,
    );
    const later = ['enqueue', 'greet', '--run-at', '2030-01-31T09:00:00Z', '--dedupe-key', 'later', '--json'];
    const run = JSON.parse(await done(...later));
    expect(run).toMatchObject({
      job_id: 'enqueued.greet',
      held: 'run_at',
      available_at: expect.stringContaining('2030-01-31T09:00:00'),
    });
    expect(JSON.parse(await done(...later)).id).toBe(run.id);
    await done('jobs', 'pause', 'enqueued.greet');
    expect(await done('enqueue', 'greet')).toMatch(
      /^Run \d+ of enqueued\.greet is queued\. It waits until the job is resumed: greenvue-jobs jobs resume enqueued\.greet\n/,
    );
    await done('jobs', 'resume', 'enqueued.greet');
  });

  test('says what is wrong with a run to enqueue', async () => {
    const refused = (...words: readonly string[]) => runCli(withToken(), ['enqueue', ...words]);
    expect(await refused('gret')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/job type "gret".*\n.*greenvue-jobs jobs list, runs list or types\n$/),
    });
    expect(await refused('greet', '--payload', '{"nam":"Cy"}')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/payload/nam '),
    });
    expect(await refused('greet', '--delay', '5 minutes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('such as 5m, 1h30m or 24h; got "5 minutes"'),
    });
    expect(await refused()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^The type is missing\.\n/),
    });
    expect(await runCli(withToken(), ['runs', 'show'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Give the id of a run: greenvue-jobs runs show <id>\. /),
    });
  });

  test('a run that fails ends with 7, and says how to look at it', async () => {
    await done('jobs', 'create', 'broken', '--name', 'B', '--type', 'fail', '--on-demand');
    const failed = await runCli(withToken(), ['jobs', 'run', 'broken', '--wait']);
    expect(failed.code).toBe(7);
    expect(failed.stderr).toMatch(/For details, run greenvue-jobs runs show \d+\n$/);
  });

  test('failed runs are grouped by cause, found by their error, and exported', async () => {
    await done('jobs', 'create', 'fails', '--name', 'B', '--type', 'fail', '--on-demand');
    await runCli(withToken(), ['jobs', 'run', 'fails', '--wait']);
    const groups = JSON.parse(await done('runs', 'failures', '--job', 'fails', '--json'));
    const [{ fingerprint, count }] = groups.data;
    expect(count).toBe(1);
    expect(await done('runs', 'failures', '--sort', 'count')).toContain(fingerprint);
    const found = await done(
      'runs',
      'list',
      '--fingerprint',
      fingerprint,
      '--error',
      'NEVER',
      '--job',
      'fails',
    );
    expect(found).toContain('failed: error');
    // Its end is a filter, too: after the last moment, no run has ended.
    const { finished_at: end } = groups.data[0].sample;
    const endedFrom = ['--job', 'fails', '--time', 'ended', '--json', '--from'];
    expect(JSON.parse(await done('runs', 'list', ...endedFrom, end)).data).toHaveLength(1);
    const later = new Date(Date.parse(end) + 1).toISOString();
    expect(JSON.parse(await done('runs', 'list', ...endedFrom, later)).data).toEqual([]);
    const query = ['--job', 'fails', '--status', 'failed,cancelled', '--reason', 'error'];
    expect((await done('runs', 'export', ...query)).split('\r\n')).toHaveLength(3);
    expect(JSON.parse(await done('runs', 'export', ...query, '--json'))).toMatchObject({ fingerprint });
  });

  test('a follower reads why an attempt failed and when the next one starts, and at the end why the run failed', async () => {
    const job = ['--name', 'F', '--type', 'flaky', '--on-demand', '--backoff-initial', '2s'];
    await done('jobs', 'create', 'flaky', ...job);
    const ran = await runCli(withToken(), ['jobs', 'run', 'flaky', '--wait']);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ succeeded after 2 attempts; the last attempt took .*\n/),
    });
    expect(ran.stderr).toMatch(
      /^Attempt 1 failed: TypeError: fetch failed \(ECONNREFUSED\), retry (in \d.*|now)\n$/,
    );
    const [, id = ''] = /Run (\d+) succeeded/.exec(ran.stdout) ?? [];
    expect(await done('runs', 'show', id)).toMatch(
      /\nSlot +manual\n(.*\n)*Last attempt started +.*\n(.*\n)*Last attempt took +/,
    );
    await done('jobs', 'create', 'once', ...job, '--max-attempts', '1');
    const failed = await runCli(withToken(), ['jobs', 'run', 'once', '--wait']);
    expect(failed.stderr).toMatch(/^Run \d+ failed: error after .*\n {2}TypeError: fetch failed\n/);
  });

  test.each<[string, (host: Host, file: string) => { env?: Env; words?: readonly string[]; input?: string }]>(
    [
      ['a token in a file', (_, file) => ({ words: ['--token-file', file] })],
      ['a token on stdin', () => ({ words: ['--token-file', '-'], input: `${TOKEN}\n` })],
      ['a variable that names a file', (_, file) => ({ env: { JOBS_TOKEN_FILE: file } })],
      ['a header', () => ({ words: ['--header', `Cookie: ${COOKIE}`] })],
      ['headers in a variable', () => ({ env: { JOBS_HEADERS: `X-Trace: 1\nCookie: ${COOKIE}\n` } })],
      [
        'flags in place of variables',
        ({ url }) => ({
          env: { JOBS_URL: 'http://127.0.0.1:1', JOBS_TOKEN: 'old' },
          words: ['--url', `${url}/`, '--token', TOKEN],
        }),
      ],
    ],
  )('signs in with %s', async (_name, access) => {
    const file = join(folder, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    const { env = {}, words = [], input = '' } = access(host, file);
    const listed = await runProcess(
      { JOBS_URL: host.url, ...env },
      ['jobs', 'list', '--json', ...words],
      input,
    );
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(listed.stdout)).toMatchObject({ next_cursor: null });
  });

  test('says how to sign in, and what is wrong with a variable', async () => {
    expect(await runProcess({ JOBS_URL: host.url }, ['stats'])).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/\nNo token was given\. Set it with JOBS_TOKEN or --token-file, /),
    });
    expect(await runProcess({ JOBS_URL: host.url, JOBS_HEADERS: 'Cookie' }, ['stats'])).toMatchObject({
      code: 2,
      stderr: 'JOBS_HEADERS must be a name and a value, such as "Cookie: session=abc".\n',
    });
    expect(await runProcess({ JOBS_URL: host.url, JOBS_TOKEN_FILE: '/nowhere' }, ['stats'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("/nowhere can't be read"),
    });
  });

  test('says that the URL of the server is not that of the API', async () => {
    const { code, stderr } = await runCli({ ...withToken(), JOBS_URL: host.origin }, ['stats']);
    expect(code).toBe(3);
    expect(stderr).toContain('Set the URL of the API of jobs with --url or JOBS_URL.');
  });

  test('has no command of GreenVue, and completes under its own name', async () => {
    for (const word of ['token', 'backup', 'migrate', 'demo']) {
      expect(await runCli({}, [word])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`There is no command ${word}.`),
      });
    }
    const help = await runCli({}, ['--help']);
    expect(help.stdout).toContain('JOBS_URL');
    expect(help.stdout).not.toContain('GREENVUE');
    const bash = (await runCli({}, ['completion', 'bash'])).stdout;
    expect(bash).toContain('complete -o default -F _greenvue_jobs greenvue-jobs\n');
    const words = ['__complete', 'bash', 'jobs', 'li'];
    expect((await runCli(withToken(), words)).stdout.trim()).toBe('list');
  });
});
