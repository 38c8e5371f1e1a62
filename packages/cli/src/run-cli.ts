import { type Application, ExitCode, run } from '@stricli/core';
import { type CliContext, createContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import type { CliProgram } from './program.ts';

/**
 * The command that completion scripts call: `greenvue-jobs __complete bash jobs li`. It is not a route,
 * because the words may look like flags.
 */
const COMPLETE = '__complete';

/** Runs the command line of a program and sets the exit code. */
export async function runCli(
  process: NodeJS.Process,
  program: CliProgram,
  application: Application<CliContext>,
): Promise<void> {
  process.exitCode = await runWords(process.argv.slice(2), application, createContext(process, program));
}

/** Runs the words of a command line, and returns the exit code. */
export async function runWords(
  words: readonly string[],
  application: Application<CliContext>,
  context: CliContext,
): Promise<number> {
  if (words[0] === COMPLETE) {
    const { complete } = await import('./completion/complete.ts');
    await complete(application, context, words.slice(1));
    return EXIT.done;
  }
  await run(application, words, context);
  const code = context.process.exitCode;
  if (code === ExitCode.UnknownCommand)
    context.err.line(`Run ${context.program.name} --help for a list of all commands.`);
  if (code === ExitCode.InvalidArgument)
    context.err.line('Add --help after the command to see its arguments and flags.');
  return exitCodeOf(code);
}

/** Stricli's own codes are negative. */
function exitCodeOf(code: unknown): number {
  if (typeof code !== 'number') return EXIT.done;
  if (code === ExitCode.UnknownCommand || code === ExitCode.InvalidArgument) return EXIT.usage;
  return code >= 0 ? code : EXIT.failed;
}
