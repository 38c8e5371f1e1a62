import { runCli } from './cli/run-cli.ts';

// Only the owner may read the files that a command makes.
process.umask(0o077);

await runCli(process);
