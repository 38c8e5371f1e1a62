import { backUp } from './commands/back-up.ts';
import { makeToken } from './commands/make-token.ts';
import { type Config, loadConfig } from './config.ts';
import { startFault } from './start-fault.ts';

/** Each gives what goes to stdout, and nothing else does. */
const COMMANDS: Readonly<Record<string, (config: Config, args: readonly string[]) => Promise<string>>> = {
  token: makeToken,
  backup: backUp,
  // Loaded when asked for: they take longer to load than the other commands to run.
  'migrate-to-postgres': async (config) =>
    (await import('./commands/migrate-to-postgres.ts')).migrateToPostgres(config),
  demo: async (config) => (await import('./commands/demo.ts')).demo(config),
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
const loaded = loadConfig();
for (const line of loaded.warnings) process.stderr.write(`${line}\n`);
if (command === undefined) fail([`Commands: ${Object.keys(COMMANDS).join(', ')}.`]);
else if (!loaded.ok) fail(loaded.faults);
else await run(command, loaded.config);

async function run(execute: NonNullable<typeof command>, config: Config): Promise<void> {
  try {
    process.stdout.write(`${await execute(config, args)}\n`);
  } catch (error) {
    fail([startFault(error, config)]);
  }
}

function fail(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
