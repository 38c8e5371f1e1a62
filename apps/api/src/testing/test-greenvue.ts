import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, deleteJob, eachJob } from '@greenvue/jobs/client';
import { type EndedCommand, runInPipes } from '@greenvue/jobs-cli/testing';
import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest';
import { createGreenvue } from '../cli/greenvue-application.ts';
import { GREENVUE_PROGRAM } from '../cli/greenvue-program.ts';
import { temporaryFolder } from './test-database.ts';
import { freePort, startLastingProcess, startProcess, type TestProcess } from './test-process.ts';

/** A server in a process of its own, and `greenvue` in others, signed in as an admin. */
export interface Greenvue {
  readonly url: string;
  readonly token: string;
  readonly server: TestProcess;
  /** Starts another server in the place of the first one, which has ended. */
  startAgain(): Promise<void>;
  /** Runs a command to its end. Whatever it was, nothing that it prints looks like a stack. */
  run(...words: string[]): Promise<EndedCommand>;
  /** {@link run}, where the exit code must be 0; gives stdout. */
  done(...words: string[]): Promise<string>;
  /** {@link done} with `--json`; gives what it says. */
  json(...words: string[]): Promise<unknown>;
  /** Starts a command in a process of its own. */
  start(...words: string[]): TestProcess;
  /** Asks the server itself, for what the CLI has no command for; the test fails unless it is done. */
  post(path: string, body: object): Promise<unknown>;
  /**
   * Has a mail due, so that a job that sends mails has something to fail with where there is no mail server.
   */
  mailDue(): Promise<void>;
  /** Writes a file, and gives its path. */
  file(name: string, text: string): string;
  /** Deletes all jobs. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs `greenvue` with these variables and no others, in this process: not for commands that use the database
 * of this machine, which read the variables of the process.
 */
export async function runGreenvue(
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<EndedCommand> {
  const ended = await runInPipes({ program: GREENVUE_PROGRAM, application: createGreenvue(), env, words });
  expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/^\s+at .*(\.ts|\.js|node:)/m);
  return ended;
}

const LAUNCHERS = {
  greenvue: '../../bin/greenvue.mjs',
  'greenvue-jobs': '../../../../packages/cli/src/main.ts',
};

/** A folder for a test's PATH, with both commands in it as npm would link them into node_modules/.bin. */
export async function folderOfGreenvue(): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, path] of Object.entries(LAUNCHERS)) {
    const launcher = fileURLToPath(new URL(path, import.meta.url));
    const command = join(folder, name);
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
    await chmod(command, 0o755);
  }
  return folder;
}

type Settings = Readonly<Record<string, string>>;

/** Starts a server on a folder of its own; it is stopped when the test is over. */
export async function startGreenvue(settings: Settings = {}): Promise<Greenvue> {
  const greenvue = await openGreenvue(settings);
  onTestFinished(greenvue.stop);
  return greenvue;
}

/**
 * A server for all tests of a file, to be asked for within them. What jobs one of them leaves are gone for
 * the next.
 */
export function useGreenvue(settings: Settings = {}): () => Greenvue {
  let greenvue: Greenvue | undefined;
  const required = (): Greenvue => {
    if (greenvue === undefined) throw new Error('the server has not started');
    return greenvue;
  };
  beforeAll(async () => {
    greenvue = await openGreenvue(settings);
  });
  afterEach(() => required().clear());
  afterAll(() => greenvue?.stop());
  return required;
}

async function openGreenvue(settings: Settings): Promise<Greenvue> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-'));
  const env = { DATA_DIR: join(folder, 'data'), PORT: String(await freePort()), ...settings };
  let server = startLastingProcess('main.ts', env);
  await server.printed('Data ');
  const cli = startLastingProcess('cli.ts', env, ['token']);
  expect(await cli.ended()).toBe(0);
  const token = cli.output.stdout.trim();
  const url = `http://127.0.0.1:${env.PORT}`;
  const ours = { GREENVUE_URL: url, GREENVUE_TOKEN: token };
  const run = (...words: string[]) => runGreenvue(ours, ...words);
  const done = async (...words: string[]) => {
    const { code, stdout, stderr } = await run(...words);
    expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
    return stdout;
  };
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
    return answer.json();
  };
  const api = connect({ url: `${url}/api`, token });
  return {
    url,
    token,
    server,
    startAgain: () => {
      server = startLastingProcess('main.ts', env);
      return server.printed('Data ');
    },
    post,
    mailDue: async () => {
      const data = { title: 'Hello', message: 'You' };
      await post('/api/notifications', { email: 'ann@example.com', data });
    },
    run,
    done,
    json: async (...words) => JSON.parse(await done(...words, '--json')),
    start: (...words) => startProcess('cli.ts', ours, words),
    file: (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    clear: async () => {
      for await (const { id } of eachJob(api)) await deleteJob(api, id);
    },
    stop: async () => {
      server.child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
