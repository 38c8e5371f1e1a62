import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { JOB_ID, TAG_FLAG } from '../input/arguments.ts';
import { API_FLAGS, LIMIT_FLAG, parseCount, switchFlag, textFlag } from '../input/flags.ts';
import { JOB_FILTER_FLAGS, TYPE_FLAG } from '../input/job-filter-flags.ts';
import { DEDUPE_KEY_FLAG, payloadFlag, WAIT_FLAG } from '../input/run-flags.ts';
import { bare } from '../input/without-prototype.ts';
import { JOB_FIELD_FLAGS, RESETTABLE, SCHEDULE_FLAGS } from './edit/job-fields.ts';

// Each command is loaded when it runs, so that completion and other commands start fast.

const YES = switchFlag('Do not ask for confirmation');
const positional = { kind: 'tuple', parameters: [JOB_ID] } as const;
const optionalPositional = { kind: 'tuple', parameters: [{ ...JOB_ID, optional: true }] } as const;

const list = buildCommand({
  loader: async () => (await import('./list-jobs.ts')).listJobsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...JOB_FILTER_FLAGS,
      sort: {
        kind: 'enum',
        values: ['id', 'name', 'next_run', 'last_run', 'created_at'],
        default: 'id',
        brief: 'Sort field',
      },
      reverse: switchFlag('Descending order'),
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit', q: 'search', r: 'reverse' },
  },
  docs: { brief: 'List jobs' },
});

const show = buildCommand({
  loader: async () => (await import('./show-job.ts')).showJobCommand,
  parameters: {
    flags: { ...API_FLAGS, yaml: switchFlag('Print the job as a file for jobs apply') },
    positional,
  },
  docs: { brief: 'Show a job, its state and its last runs' },
});

const create = buildCommand({
  loader: async () => (await import('./edit/create-job.ts')).createJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      type: TYPE_FLAG,
      ...JOB_FIELD_FLAGS,
      file: textFlag('YAML or JSON file with the job (- is stdin)', 'path'),
    },
    aliases: { f: 'file' },
    positional: {
      kind: 'tuple',
      parameters: [{ ...JOB_ID, optional: true, brief: 'Id of the new job' }],
    },
  },
  docs: {
    brief: 'Create a job from flags or a file',
    customUsage: ['<id> --name <text> --type <type> --interval <duration>', '-f <path>'],
  },
});

const apply = buildCommand({
  loader: async () => (await import('./apply/apply-jobs.ts')).applyJobsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      file: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        placeholder: 'path',
        brief: 'YAML or JSON file with jobs (- is stdin); repeatable',
      },
      dryRun: switchFlag('Only show what would change'),
    },
    aliases: { f: 'file' },
  },
  docs: {
    brief: 'Create and replace jobs from a file',
    fullDescription:
      'Creates the jobs of the file that the server does not have, and replaces jobs that differ. Each job is applied completely or not at all. Jobs that are not in the file stay unchanged.',
  },
});

const edit = buildCommand({
  loader: async () => (await import('./edit/edit-job.ts')).editJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...JOB_FIELD_FLAGS,
      reset: {
        kind: 'enum',
        values: RESETTABLE,
        variadic: ',',
        default: [],
        placeholder: 'fields',
        brief: 'Reset these fields to their defaults',
      },
      yes: YES,
    },
    aliases: { y: 'yes' },
    positional,
  },
  docs: { brief: 'Edit fields of a job, after a preview of the change' },
});

const remove = buildCommand({
  loader: async () => (await import('./delete-job.ts')).deleteJobCommand,
  parameters: { flags: { ...API_FLAGS, yes: YES }, aliases: { y: 'yes' }, positional },
  docs: { brief: 'Delete a job' },
});

const pause = buildCommand({
  loader: async () => (await import('./pause-job.ts')).pauseJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      reason: textFlag('Reason of the pause, for others', 'text'),
      until: textFlag('Resume automatically at this time: 2026-01-31T09:00:00Z', 'time'),
      cancelLive: switchFlag('Also cancel live runs'),
    },
    positional,
  },
  docs: { brief: 'Pause a job' },
});

const resume = buildCommand({
  loader: async () => (await import('./pause-job.ts')).resumeJobCommand,
  parameters: { flags: API_FLAGS, positional },
  docs: { brief: 'Resume a paused job' },
});

const pauseAll = buildCommand({
  loader: async () => (await import('./pause-all.ts')).pauseAllCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      reason: textFlag('Reason of the pause, for others', 'text'),
      until: textFlag('End the pause automatically at this time: 2026-01-31T09:00:00Z', 'time'),
    },
  },
  docs: { brief: 'Pause all jobs, for maintenance' },
});

const resumeAll = buildCommand({
  loader: async () => (await import('./pause-all.ts')).resumeAllCommand,
  parameters: { flags: API_FLAGS },
  docs: { brief: 'End the pause of all jobs' },
});

const run = buildCommand({
  loader: async () => (await import('./run-job.ts')).runJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      payload: payloadFlag('Payload for this run only'),
      dedupeKey: DEDUPE_KEY_FLAG,
      runAt: textFlag('Earliest start; only with overlap allow', 'time'),
      wait: WAIT_FLAG,
    },
    aliases: { w: 'wait' },
    positional,
  },
  docs: { brief: 'Run a job now' },
});

const preview = buildCommand({
  loader: async () => (await import('./edit/preview-job.ts')).previewJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...SCHEDULE_FLAGS,
      count: {
        kind: 'parsed',
        parse: (text: string) => parseCount(text),
        default: '5',
        placeholder: 'n',
        brief: 'Number of run times',
      },
    },
    aliases: { n: 'count' },
    positional: optionalPositional,
  },
  docs: {
    brief: 'Show the next run times of a schedule or a job',
    customUsage: ['<id>', '<id> --interval <duration>', '--cron <expression> --timezone <name>'],
  },
});

const forecast = buildCommand({
  loader: async () => (await import('./forecast-jobs.ts')).forecastJobsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      hours: {
        kind: 'parsed',
        parse: (text: string) => parseCount(text),
        default: '24',
        placeholder: 'n',
        brief: 'Length of the forecast in hours, at most 744',
      },
      type: textFlag('Only jobs of this type', 'type'),
      tag: TAG_FLAG,
      from: textFlag('Start of the forecast: 2026-01-31T09:00:00Z; default: now', 'time'),
    },
  },
  docs: {
    brief: 'Show the runs to come, clashes and quiet times',
    customUsage: ['', '--hours <n>', '--from <time> --hours <n>'],
  },
});

const backfill = buildCommand({
  loader: async () => (await import('./backfill-job.ts')).backfillJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      from: textFlag('The first slot is at or after this time: 2026-01-31T00:00:00Z', 'time'),
      to: textFlag('The last slot is before this time; default: now', 'time'),
      again: switchFlag('Also run slots again that succeeded'),
      dryRun: switchFlag('Only show which slots would run'),
      yes: YES,
    },
    aliases: { y: 'yes' },
    positional,
  },
  docs: {
    brief: 'Run past slots of a job that are missing',
    customUsage: ['<id> --from <time>', '<id> --from <time> --to <time> --dry-run'],
  },
});

/** `jobs` */
export const jobRoutes = buildRouteMap<string, CliContext>({
  routes: bare({
    list,
    show,
    create,
    apply,
    edit,
    delete: remove,
    pause,
    resume,
    pauseAll,
    resumeAll,
    run,
    preview,
    forecast,
    backfill,
  }),
  docs: { brief: 'Manage jobs' },
});
