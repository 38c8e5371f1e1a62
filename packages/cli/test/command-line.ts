import { afterAll, beforeAll, expect } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { runInPipes } from '../src/testing/index.ts';
import { type Host, startHost, TOKEN } from './host.ts';

/** Runs commands on a host that the tests of a file share, made with the arguments of `startHost`. */
export function commandLine(...start: Parameters<typeof startHost>) {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(...start);
  });
  afterAll(() => host.close());

  const run = (words: readonly string[], stdin = '') =>
    runInPipes({
      program: JOBS_PROGRAM,
      application: createApplication(JOBS_PROGRAM),
      env: { JOBS_URL: host.url, JOBS_TOKEN: TOKEN },
      words,
      stdin,
    });
  /** What a command prints that must succeed, with `stdin` as its input. */
  const doneWith = async (stdin: string, ...words: readonly string[]) => {
    const { code, stdout, stderr } = await run(words, stdin);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  /** The same without an input. */
  const done = (...words: readonly string[]) => doneWith('', ...words);
  return { run, done, doneWith };
}
