import type { Job, JobsQuery } from '@greenvue/jobs/client';
import type { FlagParametersForType } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { proposeTypes, TAG_FLAG } from './arguments.ts';
import { textFlag } from './flags.ts';

export const TYPE_FLAG = { ...textFlag('Job type', 'type'), proposeCompletions: proposeTypes };

/** The flags that say which jobs a command is about. */
export interface JobFilterFlags {
  readonly type: string | undefined;
  readonly status: Job['status'] | undefined;
  readonly health: NonNullable<JobsQuery['health']> | undefined;
  readonly origin: Job['origin'] | undefined;
  readonly tag: readonly string[] | undefined;
  readonly search: string | undefined;
  readonly upstream: string | undefined;
}

export const JOB_FILTER_FLAGS: FlagParametersForType<JobFilterFlags, CliContext> = {
  type: TYPE_FLAG,
  status: {
    kind: 'enum',
    values: ['active', 'paused', 'finished'],
    optional: true,
    brief: 'Only jobs with this status',
  },
  health: {
    kind: 'enum',
    values: [
      'unhealthy',
      'no_handler',
      'zombie',
      'overdue',
      'no_upstream',
      'failing',
      'late',
      'slow',
      'overrunning',
      'paused',
      'ok',
    ],
    optional: true,
    brief: 'Only jobs with this health; unhealthy: all with a problem',
  },
  origin: {
    kind: 'enum',
    values: ['code', 'api'],
    optional: true,
    brief: 'Only jobs that code declares (code), or only the others (api)',
  },
  tag: TAG_FLAG,
  search: textFlag('Only jobs whose id, name or description contains this', 'text'),
  upstream: textFlag('Only jobs that wait for the job with this id', 'id'),
};
