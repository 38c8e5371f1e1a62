import type { TypedFlagParameter, TypedPositionalParameter } from '@stricli/core';
import type { CliContext } from '../context.ts';

/** The id of a job; shells complete it with ids of the server. */
export const JOB_ID: TypedPositionalParameter<string, CliContext> = {
  parse: parseId,
  placeholder: 'id',
  brief: 'The id of a job',
  proposeCompletions: proposeJobs,
};

/** The id of a run; shells complete it with the latest runs. */
export const RUN_ID: TypedPositionalParameter<string, CliContext> = {
  parse: parseId,
  placeholder: 'run',
  brief: 'The id of a run',
  proposeCompletions: proposeRuns,
};

/** The id of a backfill. */
export const BACKFILL_ID: TypedPositionalParameter<string, CliContext> = {
  parse: parseId,
  placeholder: 'backfill',
  brief: 'The id of a backfill',
};

/** The id of a bulk command. */
export const BULK_ID: TypedPositionalParameter<string, CliContext> = {
  parse: parseId,
  placeholder: 'command',
  brief: 'The id of a bulk command',
};

/** The name of a job type; shells complete it with those of the server. */
export const JOB_TYPE: TypedPositionalParameter<string, CliContext> = {
  parse: parseId,
  placeholder: 'type',
  brief: 'The name of a job type',
  proposeCompletions: proposeTypes,
};

/** Jobs with all of these tags, or their runs. */
export const TAG_FLAG: TypedFlagParameter<readonly string[] | undefined, CliContext> = {
  kind: 'parsed',
  parse: String,
  variadic: ',',
  optional: true,
  placeholder: 'tag',
  brief: 'Only of jobs with this tag; repeatable, for jobs with all of them',
  proposeCompletions: proposeTags,
};

/** Refuses what can't be a segment of a path. */
function parseId(text: string): string {
  if (text !== '' && text !== '.' && text !== '..') return text;
  throw new Error('is not a valid id, such as nightly-cleanup');
}

// Loaded only for completion, because it needs the client.
export async function proposeJobs(this: CliContext, partial: string): Promise<readonly string[]> {
  return (await import('../completion/propose-values.ts')).jobIds(this, partial);
}

async function proposeTags(this: CliContext): Promise<readonly string[]> {
  return (await import('../completion/propose-values.ts')).tagNames(this);
}

async function proposeRuns(this: CliContext): Promise<readonly string[]> {
  return (await import('../completion/propose-values.ts')).runIds(this);
}

export async function proposeTypes(this: CliContext): Promise<readonly string[]> {
  return (await import('../completion/propose-values.ts')).typeNames(this);
}
