import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { JOB_ID, proposeTypes } from '../input/arguments.ts';
import { API_FLAGS, LIMIT_FLAG, parseCount, switchFlag, textFlag } from '../input/flags.ts';
import { parsePayload } from '../input/json-input.ts';
import { bare } from '../input/without-prototype.ts';
import { JOB_FIELD_FLAGS, RESETTABLE, SCHEDULE_FLAGS } from './job-fields.ts';

// Each command is loaded when it is run: a shell that completes a word, or a script that makes a token, waits
// for none of them.

const YES = switchFlag('Do it without asking');
const TYPE = { ...textFlag('The job type', 'type'), proposeCompletions: proposeTypes };
const positional = { kind: 'tuple', parameters: [JOB_ID] } as const;
const optionalPositional = { kind: 'tuple', parameters: [{ ...JOB_ID, optional: true }] } as const;

const list = buildCommand({
  loader: async () => (await import('./list-jobs.ts')).listJobsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      type: TYPE,
      status: { kind: 'enum', values: ['active', 'paused', 'finished'], optional: true, brief: 'Only those' },
      health: {
        kind: 'enum',
        values: ['unhealthy', 'no_handler', 'zombie', 'failing', 'late', 'overrunning', 'paused', 'ok'],
        optional: true,
        brief: 'Only those; unhealthy is any that needs a look',
      },
      search: textFlag('Part of the id, name or description', 'text'),
      sort: {
        kind: 'enum',
        values: ['id', 'name', 'next_run', 'last_run', 'created_at'],
        default: 'id',
        brief: 'By what',
      },
      reverse: switchFlag('The other way round'),
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit', q: 'search', r: 'reverse' },
  },
  docs: { brief: 'List jobs' },
});

const show = buildCommand({
  loader: async () => (await import('./show-job.ts')).showJobCommand,
  parameters: {
    flags: { ...API_FLAGS, yaml: switchFlag('Print it as a file for jobs apply') },
    positional,
  },
  docs: { brief: 'Show a job, how it is and what it did last' },
});

const create = buildCommand({
  loader: async () => (await import('./create-job.ts')).createJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      type: TYPE,
      ...JOB_FIELD_FLAGS,
      file: textFlag('Take the job from a YAML or JSON file (- is stdin)', 'path'),
    },
    aliases: { f: 'file' },
    positional: {
      kind: 'tuple',
      parameters: [{ ...JOB_ID, optional: true, brief: 'The id of the new job' }],
    },
  },
  docs: {
    brief: 'Create a job, from flags or a file',
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
        brief: 'A YAML or JSON file with jobs (- is stdin); may be given more than once',
      },
      dryRun: switchFlag('Only show what would change'),
    },
    aliases: { f: 'file' },
  },
  docs: {
    brief: 'Make the jobs of the server what a file says',
    fullDescription:
      'Creates the jobs that are in the file and not on the server, and replaces those that differ, each whole or not at all. Jobs that are not in the file stay as they are.',
  },
});

const edit = buildCommand({
  loader: async () => (await import('./edit-job.ts')).editJobCommand,
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
        brief: 'Give these their defaults again',
      },
      yes: YES,
    },
    aliases: { y: 'yes' },
    positional,
  },
  docs: { brief: 'Change fields of a job, and show before what that does' },
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
      reason: textFlag('For those who wonder', 'text'),
      until: textFlag('When it goes on by itself: 2026-01-31T09:00:00Z', 'time'),
      cancelLive: switchFlag('Also cancel the runs that are live'),
    },
    positional,
  },
  docs: { brief: 'Hold the schedule of a job' },
});

const resume = buildCommand({
  loader: async () => (await import('./pause-job.ts')).resumeJobCommand,
  parameters: { flags: API_FLAGS, positional },
  docs: { brief: 'Let a paused job go on' },
});

const run = buildCommand({
  loader: async () => (await import('./run-job.ts')).runJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      payload: {
        kind: 'parsed',
        parse: parsePayload,
        optional: true,
        placeholder: 'json',
        brief: 'For this run alone: a JSON object, @file with one, or @- for stdin',
      },
      dedupeKey: textFlag('Said again within 24 hours, it is the same run', 'key'),
      runAt: textFlag('Not before this time; only with overlap allow', 'time'),
      wait: switchFlag('Follow the run to its end; exit code 7 unless it succeeds'),
    },
    aliases: { w: 'wait' },
    positional,
  },
  docs: { brief: 'Run a job now' },
});

const preview = buildCommand({
  loader: async () => (await import('./preview-job.ts')).previewJobCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      ...SCHEDULE_FLAGS,
      count: {
        kind: 'parsed',
        parse: (text: string) => parseCount(text),
        default: '5',
        placeholder: 'n',
        brief: 'How many run times',
      },
    },
    aliases: { n: 'count' },
    positional: optionalPositional,
  },
  docs: {
    brief: 'Show when a schedule would run, or a job',
    customUsage: ['<id>', '<id> --interval <duration>', '--cron <expression> --timezone <name>'],
  },
});

/** `greenvue jobs` */
export const jobRoutes = buildRouteMap<string, CliContext>({
  routes: bare({ list, show, create, apply, edit, delete: remove, pause, resume, run, preview }),
  docs: { brief: 'Jobs: what runs, and when' },
});
