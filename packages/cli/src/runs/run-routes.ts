import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { JOB_TYPE, proposeJobs, proposeTypes, RUN_ID, TAG_FLAG } from '../input/arguments.ts';
import { API_FLAGS, LIMIT_FLAG, parseCount, switchFlag, textFlag } from '../input/flags.ts';
import { RUN_FILTER_FLAGS } from '../input/run-filter-flags.ts';
import { DEDUPE_KEY_FLAG, payloadFlag, WAIT_FLAG } from '../input/run-flags.ts';
import { bare } from '../input/without-prototype.ts';

const positional = { kind: 'tuple', parameters: [RUN_ID] } as const;

const list = buildCommand({
  loader: async () => (await import('./lists/list-runs.ts')).listRunsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...RUN_FILTER_FLAGS,
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit', j: 'job' },
  },
  docs: { brief: 'List runs, newest first' },
});

const failures = buildCommand({
  loader: async () => (await import('./lists/list-failures.ts')).listFailuresCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      job: { ...textFlag('Only runs of this job', 'id'), proposeCompletions: proposeJobs },
      type: { ...textFlag('Only runs of this job type', 'type'), proposeCompletions: proposeTypes },
      tag: TAG_FLAG,
      hours: {
        kind: 'parsed',
        parse: (text: string) => parseCount(text),
        default: '24',
        placeholder: 'n',
        brief: 'Failures of the last hours, at most 2160',
      },
      sort: {
        kind: 'enum',
        values: ['last-seen', 'count'],
        default: 'last-seen',
        brief: 'last-seen: newest first; count: most frequent first',
      },
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit', j: 'job' },
  },
  docs: { brief: 'Group failed runs by their cause' },
});

const exportRuns = buildCommand({
  loader: async () => (await import('./lists/export-runs.ts')).exportRunsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...RUN_FILTER_FLAGS,
      json: switchFlag('Print one JSON object in each line instead of CSV'),
    },
    aliases: { j: 'job' },
  },
  docs: { brief: 'Print all matching runs as CSV' },
});

const show = buildCommand({
  loader: async () => (await import('./show-run.ts')).showRunCommand,
  parameters: {
    flags: { ...API_FLAGS, stacks: switchFlag('Include the stack of each error') },
    positional,
  },
  docs: { brief: 'Show a run with its progress, result and errors' },
});

const logs = buildCommand({
  loader: async () => (await import('./log-run.ts')).logRunCommand,
  parameters: {
    flags: { ...API_FLAGS, follow: switchFlag('Print new lines until the run has ended') },
    aliases: { f: 'follow' },
    positional,
  },
  docs: { brief: 'Print the log of a run' },
});

const cancel = buildCommand({
  loader: async () => (await import('./cancel-run.ts')).cancelRunCommand,
  parameters: {
    flags: { ...API_FLAGS, force: switchFlag('End the run even if its handler does not stop') },
    positional,
  },
  docs: { brief: 'Cancel a run' },
});

const retry = buildCommand({
  loader: async () => (await import('./cancel-run.ts')).retryRunCommand,
  parameters: {
    flags: { ...API_FLAGS, wait: WAIT_FLAG },
    aliases: { w: 'wait' },
    positional,
  },
  docs: { brief: 'Start a finished run again (in the console: Run again)' },
});

/** `runs` */
export const runRoutes = buildRouteMap<string, CliContext>({
  routes: bare({ list, failures, export: exportRuns, show, logs, cancel, retry }),
  docs: { brief: 'Manage runs' },
});

/** `enqueue` */
export const enqueue = buildCommand({
  loader: async () => (await import('./enqueue-run.ts')).enqueueCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      payload: payloadFlag('Payload'),
      delay: textFlag('How long the run waits before it starts: 30s, 5m, 24h', 'duration'),
      runAt: textFlag('Earliest start, instead of a delay: 2026-01-31T09:00:00Z', 'time'),
      dedupeKey: DEDUPE_KEY_FLAG,
      wait: WAIT_FLAG,
    },
    aliases: { w: 'wait' },
    positional: { kind: 'tuple', parameters: [JOB_TYPE] },
  },
  docs: { brief: 'Run a job type once, without a job of your own' },
});
