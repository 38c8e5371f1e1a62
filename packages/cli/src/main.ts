#!/usr/bin/env node
import { createApplication } from './application.ts';
import { JOBS_PROGRAM } from './jobs-program.ts';
import { runCli } from './run-cli.ts';

await runCli(process, JOBS_PROGRAM, createApplication(JOBS_PROGRAM));
