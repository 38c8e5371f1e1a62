import { type CliContext, CliError } from '@greenvue/jobs-cli';
import { type Config, loadConfig } from '../config/config.ts';
import { startFault } from '../start/start-fault.ts';

export type NoFlags = Readonly<Record<never, never>>;

/**
 * Makes a Stricli command that uses the database of this machine's configuration, while a server runs or not.
 * Prints only its result to stdout.
 */
export function localCommand<ARGS extends readonly (string | undefined)[], FLAGS extends object = NoFlags>(
  run: (config: Config, args: readonly string[], flags: FLAGS) => Promise<string>,
): (this: CliContext, flags: FLAGS, ...args: ARGS) => Promise<void> {
  return async function (flags, ...args) {
    const loaded = loadConfig();
    for (const line of loaded.warnings) this.err.line(line);
    if (!loaded.ok) throw new CliError(loaded.faults.join('\n'));
    try {
      this.out.line(
        await run(
          loaded.config,
          args.filter((arg) => arg !== undefined),
          flags,
        ),
      );
    } catch (error) {
      throw new CliError(startFault(error, loaded.config), undefined, { cause: error });
    }
  };
}
