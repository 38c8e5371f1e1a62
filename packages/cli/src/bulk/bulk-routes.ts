import { buildCommand, buildRouteMap, type FlagParametersForType } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { BULK_ID, proposeJobs } from '../input/arguments.ts';
import { API_FLAGS, SINGLE_PAGE_FLAG, switchFlag, textFlag } from '../input/flags.ts';
import { JOB_FILTER_FLAGS } from '../input/job-filter-flags.ts';
import { RUN_FILTER_FLAGS } from '../input/run-filter-flags.ts';
import { bare } from '../input/without-prototype.ts';

const JOB_ACTIONS = ['pause', 'resume', 'run', 'delete', 'tag', 'untag'] as const;
const RUN_ACTIONS = ['retry', 'cancel'] as const;
const STATUSES = ['running', 'cancelling', 'finished', 'cancelled', 'interrupted'] as const;

interface MoreFlags {
  readonly all: boolean | undefined;
  readonly dryRun: boolean | undefined;
  readonly yes: boolean | undefined;
}

const MORE_FLAGS: FlagParametersForType<MoreFlags, CliContext> = {
  all: switchFlag('All of them, without a filter'),
  dryRun: switchFlag('Only show how many would change'),
  yes: switchFlag('Do not ask for confirmation'),
};

const ids = (brief: string) =>
  ({ kind: 'parsed', parse: String, variadic: ',', optional: true, placeholder: 'id', brief }) as const;

/** One of the actions. */
function actionOf<Action extends string>(actions: readonly Action[]) {
  return {
    kind: 'tuple',
    parameters: [
      {
        parse: (text: string): Action => {
          const action = actions.find((one) => one === text);
          if (action !== undefined) return action;
          throw new Error(`must be one of ${actions.join(', ')}`);
        },
        placeholder: actions.join('|'),
        brief: 'What to do',
        proposeCompletions: () => actions,
      },
    ],
  } as const;
}

const jobs = buildCommand({
  loader: async () => (await import('./change-many.ts')).bulkJobsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...JOB_FILTER_FLAGS,
      id: {
        ...ids('The job with this id, instead of a filter; repeatable'),
        proposeCompletions: proposeJobs,
      },
      ...MORE_FLAGS,
      reason: textFlag('Of pause: the reason, for others', 'text'),
      until: textFlag('Of pause: resume automatically at this time: 2026-01-31T09:00:00Z', 'time'),
      cancelLive: switchFlag('Of pause: also cancel live runs'),
      tags: {
        kind: 'parsed',
        parse: String,
        variadic: ',',
        optional: true,
        placeholder: 'tag',
        brief: 'Of tag and untag: a tag to add or to remove; repeatable',
      },
    },
    aliases: { q: 'search', y: 'yes' },
    positional: actionOf(JOB_ACTIONS),
  },
  docs: { brief: 'Change the jobs that a filter finds', customUsage: ['pause --tag billing --dry-run'] },
});

const runs = buildCommand({
  loader: async () => (await import('./change-many.ts')).bulkRunsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...RUN_FILTER_FLAGS,
      id: ids('The run with this id, instead of a filter; repeatable'),
      ...MORE_FLAGS,
      force: switchFlag('Of cancel: end runs even if their handlers do not stop'),
    },
    aliases: { j: 'job', y: 'yes' },
    positional: actionOf(RUN_ACTIONS),
  },
  docs: {
    brief: 'Retry or cancel the runs that a filter finds',
    customUsage: ['retry --status failed --from 2026-01-31T00:00:00Z'],
  },
});

const positional = { kind: 'tuple', parameters: [BULK_ID] } as const;

const list = buildCommand({
  loader: async () => (await import('./bulk-commands.ts')).listBulkCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      status: {
        kind: 'enum',
        values: STATUSES,
        variadic: ',',
        optional: true,
        brief: 'Only commands with this status; repeatable',
      },
      limit: SINGLE_PAGE_FLAG,
    },
    aliases: { n: 'limit' },
  },
  docs: { brief: 'List bulk commands, newest first' },
});

const show = buildCommand({
  loader: async () => (await import('./bulk-commands.ts')).showBulkCommand,
  parameters: { flags: API_FLAGS, positional },
  docs: { brief: 'Show a bulk command, its progress and its failures' },
});

const cancel = buildCommand({
  loader: async () => (await import('./bulk-commands.ts')).cancelBulkCommandCommand,
  parameters: { flags: API_FLAGS, positional },
  docs: { brief: 'Cancel a bulk command: no further job or run is changed' },
});

/** `bulk` */
export const bulkRoutes = buildRouteMap<string, CliContext>({
  routes: bare({ jobs, runs, list, show, cancel }),
  docs: { brief: 'Change many jobs or runs with one command' },
});
