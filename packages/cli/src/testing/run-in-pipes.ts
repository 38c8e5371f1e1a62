import { Readable } from 'node:stream';
import type { Application } from '@stricli/core';
import { type CliContext, readInput } from '../context.ts';
import type { CliProgram } from '../program.ts';
import { runWords } from '../run-cli.ts';
import { parseSettings } from '../settings.ts';
import { createTestContext } from './test-context.ts';

export interface CommandInPipes {
  readonly program: CliProgram;
  readonly application: Application<CliContext>;
  /** The only variables of the command. */
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly stdin?: string;
}

export interface EndedCommand {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, as in one of its own whose input and output are pipes. */
export async function runInPipes(command: CommandInPipes): Promise<EndedCommand> {
  const { program, application, env, words, stdin = '' } = command;
  const context = createTestContext({ isPiped: true, program });
  const code = await runWords(words, application, {
    ...context,
    settings: parseSettings(env, program),
    readText: (path) => readInput(path, Readable.from([stdin])),
    readSecret: async () => stdin,
  });
  return { code, stdout: context.out.written(), stderr: context.err.written() };
}
