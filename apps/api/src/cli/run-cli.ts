import { ExitCode, run } from '@stricli/core';
import { createApplication } from './application.ts';
import { createContext } from './context.ts';
import { EXIT } from './exit-code.ts';

/**
 * What the scripts of `completion` call: `greenvue __complete bash jobs li`. Not a route, since the words may
 * look like flags.
 */
const COMPLETE = '__complete';

/** Runs what the command line says, and leaves the exit code. */
export async function runCli(process: NodeJS.Process): Promise<void> {
  const words = process.argv.slice(2);
  const context = createContext(process);
  const application = createApplication();
  if (words[0] === COMPLETE) {
    const { complete } = await import('./completion/complete.ts');
    await complete(application, context, words.slice(1));
    return;
  }
  await run(application, words, context);
  const code = context.process.exitCode;
  if (code === ExitCode.UnknownCommand) context.err.line('greenvue --help shows all commands.');
  if (code === ExitCode.InvalidArgument) context.err.line('With --help after the command, what it takes.');
  process.exitCode = exitCodeOf(code);
}

/** Stricli's own codes are negative. */
function exitCodeOf(code: unknown): number {
  if (typeof code !== 'number') return EXIT.done;
  if (code === ExitCode.UnknownCommand || code === ExitCode.InvalidArgument) return EXIT.usage;
  return code >= 0 ? code : EXIT.failed;
}
