import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { StricliProcess } from '@stricli/core';
import { CliError, EXIT } from './exit-code.ts';
import { loadSettings, type Settings } from './settings.ts';
import { createAsk } from './terminal/ask.ts';
import { printable } from './terminal/printable.ts';
import { createScreen, type Screen } from './terminal/screen.ts';

/** What a command has at hand: everything it knows of the process comes from here. */
export interface CliContext {
  /** Stricli's part: where it writes help and faults, and leaves its exit code. */
  readonly process: StricliProcess;
  readonly out: Screen;
  readonly err: Screen;
  readonly settings: Settings;
  /** Asks for a yes or no; absent where nobody could answer. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** What a file holds; `-` is stdin. */
  readText(path: string): Promise<string>;
  now(): number;
  /** Ends early, without complaint, when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /**
   * Fires with Ctrl-C, for what a terminal needs before the process ends right after; a command that is seen
   * through ends itself.
   */
  readonly interrupted: AbortSignal;
  /**
   * From here on the command sees itself through, though nobody may read what it prints. Only a second Ctrl-C
   * ends it.
   */
  seeThrough(): void;
}

/** One Ctrl-C comes twice where a launcher hands it on. */
const SAME_MS = 1_000;

/**
 * The context of a process. Ctrl-C ends the process with 130, a reader that went away (`| head`) with 0, both
 * without a word.
 */
export function createContext(process: NodeJS.Process): CliContext {
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
    settings: loadSettings(),
    ask: canAsk ? createAsk(process.stdin, process.stderr, onInterrupt) : undefined,
    readText: (path) => readInput(process.stdin, path),
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

async function readInput(stdin: NodeJS.ReadStream, path: string): Promise<string> {
  if (path === '-') return text(stdin);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`${printable(path)} can't be read (${printable(why)}).`, EXIT.usage, { cause: error });
  }
}
