import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { StricliProcess } from '@stricli/core';
import { CliError, EXIT } from './exit-code.ts';
import type { CliProgram } from './program.ts';
import { loadSettings, type Settings } from './settings.ts';
import { createAsk } from './terminal/ask.ts';
import { printable } from './terminal/printable.ts';
import { readHidden } from './terminal/read-hidden.ts';
import { createScreen, type Screen } from './terminal/screen.ts';

/** The environment of a command: its only access to the process. */
export interface CliContext {
  /** For Stricli: the output of help and errors, and the exit code. */
  readonly process: StricliProcess;
  readonly out: Screen;
  readonly err: Screen;
  readonly settings: Settings;
  readonly program: CliProgram;
  /** Asks a yes-or-no question; undefined without a terminal. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Reads a file; `-` is stdin. */
  readText(path: string): Promise<string>;
  /** Reads stdin. A terminal shows nothing of it. */
  readSecret(): Promise<string>;
  now(): number;
  /** Resolves after `ms`, or as soon as the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /**
   * Fires on Ctrl-C, to reset the terminal before the process ends. After {@link seeThrough}, the command
   * ends itself.
   */
  readonly interrupted: AbortSignal;
  /**
   * From now on, the command runs to its end, even if the reader of its output is gone. Only a second Ctrl-C
   * ends it.
   */
  seeThrough(): void;
}

/** A launcher may pass the same Ctrl-C on a second time within this time. */
const SAME_MS = 1_000;

/**
 * The context of a process. Ctrl-C ends the process with 130, and a closed output (`| head`) with 0, both
 * without a message.
 */
export function createContext(process: NodeJS.Process, program: CliProgram): CliContext {
  const interrupt = new AbortController();
  let isSeenThrough = false;
  let interruptedAt: number | undefined;
  const onInterrupt = (): void => {
    interruptedAt ??= performance.now();
    interrupt.abort();
    if (!isSeenThrough || performance.now() - interruptedAt > SAME_MS) process.exit(EXIT.interrupted);
  };
  process.on('SIGINT', onInterrupt);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.stderr.write(`The output can't be written: ${error.message}.\n`);
      if (!isSeenThrough) process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed);
    });
  }
  const canAsk = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return {
    process: { stdout: process.stdout, stderr: process.stderr, exitCode: null },
    out: createScreen(process.stdout),
    err: createScreen(process.stderr),
    settings: loadSettings(program),
    program,
    ask: canAsk ? createAsk(process.stdin, process.stderr, onInterrupt) : undefined,
    readText: (path) => readInput(path, process.stdin),
    readSecret: () => (process.stdin.isTTY ? readHidden(process.stdin, onInterrupt) : text(process.stdin)),
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    interrupted: interrupt.signal,
    seeThrough: () => {
      isSeenThrough = true;
    },
  };
}

/** Reads a file; `-` is stdin. */
export async function readInput(path: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (path === '-') return text(stdin);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `${printable(path)} can't be read (${printable(why)}). Give the path of a readable file, or - for stdin.`,
      EXIT.usage,
      { cause: error },
    );
  }
}
