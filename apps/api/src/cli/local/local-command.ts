import { type Config, loadConfig } from '../../config/config.ts';
import { startFault } from '../../start/start-fault.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../exit-code.ts';

type NoFlags = Readonly<Record<never, never>>;

/**
 * A command that works on the database of this machine's configuration, for Stricli, whether a server runs or
 * not. What it gives goes to stdout, and nothing else does.
 */
export function localCommand<ARGS extends readonly (string | undefined)[]>(
  run: (config: Config, args: readonly string[]) => Promise<string>,
): (this: CliContext, flags: NoFlags, ...args: ARGS) => Promise<void> {
  return async function (_flags, ...args) {
    const loaded = loadConfig();
    for (const line of loaded.warnings) this.err.line(line);
    if (!loaded.ok) throw new CliError(loaded.faults.join('\n'));
    try {
      this.out.line(
        await run(
          loaded.config,
          args.filter((arg) => arg !== undefined),
        ),
      );
    } catch (error) {
      throw new CliError(startFault(error, loaded.config), undefined, { cause: error });
    }
  };
}
