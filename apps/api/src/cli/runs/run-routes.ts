import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { proposeJobs, proposeTypes, RUN_ID } from '../input/arguments.ts';
import { API_FLAGS, LIMIT_FLAG, switchFlag, textFlag } from '../input/flags.ts';
import { bare } from '../input/without-prototype.ts';

const positional = { kind: 'tuple', parameters: [RUN_ID] } as const;

const list = buildCommand({
  loader: async () => (await import('./list-runs.ts')).listRunsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      job: { ...textFlag('Of this job alone', 'id'), proposeCompletions: proposeJobs },
      type: { ...textFlag('Of this job type alone', 'type'), proposeCompletions: proposeTypes },
      status: {
        kind: 'enum',
        values: ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped'],
        optional: true,
        brief: 'Only those',
      },
      from: textFlag('Queued at or after this time: 2026-01-31T09:00:00Z', 'time'),
      to: textFlag('Queued before this time', 'time'),
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit', j: 'job' },
  },
  docs: { brief: 'List runs, the newest first' },
});

const show = buildCommand({
  loader: async () => (await import('./show-run.ts')).showRunCommand,
  parameters: {
    flags: { ...API_FLAGS, stacks: switchFlag('With the stack of each error') },
    positional,
  },
  docs: { brief: 'Show a run: its errors, how far it is, its result' },
});

const logs = buildCommand({
  loader: async () => (await import('./log-run.ts')).logRunCommand,
  parameters: {
    flags: { ...API_FLAGS, follow: switchFlag('Go on until the run has ended') },
    aliases: { f: 'follow' },
    positional,
  },
  docs: { brief: 'Print what a run has logged' },
});

const cancel = buildCommand({
  loader: async () => (await import('./cancel-run.ts')).cancelRunCommand,
  parameters: {
    flags: { ...API_FLAGS, force: switchFlag('Give up on a handler that does not stop') },
    positional,
  },
  docs: { brief: 'Cancel a run' },
});

const retry = buildCommand({
  loader: async () => (await import('./cancel-run.ts')).retryRunCommand,
  parameters: {
    flags: { ...API_FLAGS, wait: switchFlag('Follow the run to its end; exit code 7 unless it succeeds') },
    aliases: { w: 'wait' },
    positional,
  },
  docs: { brief: 'Run one again' },
});

/** `greenvue runs` */
export const runRoutes = buildRouteMap<string, CliContext>({
  routes: bare({ list, show, logs, cancel, retry }),
  docs: { brief: 'Runs: what jobs did' },
});
