import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { CliContext } from '../context.ts';
import { JOBS_PROGRAM } from '../jobs-program.ts';
import type { CliProgram } from '../program.ts';
import { createScreen, type Screen } from '../terminal/screen.ts';

/** A screen that keeps what it is told. */
export interface TestScreen extends Screen {
  /** All of it, as written. */
  written(): string;
  /** The lines without styles. */
  lines(): readonly string[];
}

/** A terminal with `columns` columns and colors; without a number, a pipe. */
export function createTestScreen(columns?: number): TestScreen {
  let written = '';
  const stream = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written += chunk.toString();
        done();
      },
    }),
    columns === undefined ? {} : { isTTY: true, columns, getColorDepth: () => 8 },
  );
  return {
    ...createScreen(stream),
    written: () => written,
    lines: () => stripVTControlCharacters(written).split('\n').slice(0, -1),
  };
}

/**
 * A context in which somebody sits at a terminal, who gives that answer to each question, and is asked no
 * more than that; or one whose output goes into pipes.
 */
export function createTestContext({
  url,
  token,
  answer,
  isPiped = false,
  program = JOBS_PROGRAM,
}: {
  readonly url?: string;
  readonly token?: string;
  readonly answer?: boolean;
  readonly isPiped?: boolean;
  readonly program?: CliProgram;
}): CliContext & { readonly out: TestScreen; readonly err: TestScreen; readonly questions: string[] } {
  const columns = isPiped ? undefined : 100;
  const [out, err] = [createTestScreen(columns), createTestScreen(columns)];
  const questions: string[] = [];
  return {
    process: { stdout: out.stream, stderr: err.stream, exitCode: null },
    out,
    err,
    questions,
    settings: { URL: url, TOKEN: token, TOKEN_FILE: undefined, HEADERS: undefined },
    program,
    ask:
      answer === undefined
        ? undefined
        : async (question) => {
            questions.push(question);
            return answer;
          },
    readText: async (path) => {
      throw new Error(`${path} is no part of this test`);
    },
    readSecret: async () => {
      throw new Error('no secret is part of this test');
    },
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      await setTimeout(ms, undefined, { signal }).catch(() => undefined);
    },
    interrupted: new AbortController().signal,
    seeThrough: () => undefined,
  };
}
