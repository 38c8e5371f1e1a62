import { runCli } from '@greenvue/jobs-cli';
import { createGreenvue } from './cli/greenvue-application.ts';
import { GREENVUE_PROGRAM } from './cli/greenvue-program.ts';

// New files are accessible only to their owner.
process.umask(0o077);

await runCli(process, GREENVUE_PROGRAM, createGreenvue());
