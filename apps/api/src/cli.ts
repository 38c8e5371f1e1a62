import { runCli } from './cli/run-cli.ts';

// New files are accessible only to their owner.
process.umask(0o077);

await runCli(process);
