import { runCli } from './cli/run-cli.ts';

// Whatever a command makes is for its owner alone.
process.umask(0o077);

await runCli(process);
