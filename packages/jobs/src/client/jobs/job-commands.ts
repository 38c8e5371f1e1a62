import type { z } from 'zod';
import type { JobType } from '../../core/job-types/job-type.ts';
import type { InputOf } from '../../core/job-types/job-type-inference.ts';
import type { AllPausedJson, pauseAllBody, pauseBody, RunJson, triggerBody } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { path } from '../connection/request.ts';
import { type Guarded, guardHeaders } from './guard.ts';
import type { Job } from './jobs.ts';
import { uniqueKey } from './unique-key.ts';

/** The payload has the type of the job type, if `runJob` is told which: `runJob<typeof rates>(…)`. */
export type RunJob<Type extends JobType = JobType> = Omit<z.input<typeof triggerBody>, 'payload'> & {
  readonly payload?: PayloadOf<InputOf<Type>> | undefined;
};
type PayloadOf<Input> = unknown extends Input ? z.input<typeof triggerBody>['payload'] : Input;
export type PauseAllJobs = z.input<typeof pauseAllBody>;
/** The pause of all jobs; null if there is none. */
export type PauseOfAll = AllPausedJson['paused_all'];
export type PauseJob = z.input<typeof pauseBody>;

/**
 * Runs a job now, without a change to its schedule. Adds a `dedupe_key` if the body has none, so that a
 * retried request starts no second run. 409: the job's overlap setting allows no further live run.
 */
export async function runJob<Type extends JobType = JobType>(
  connection: Connection,
  id: string,
  body: RunJob<Type> = {},
  guarded?: Guarded,
): Promise<RunJson> {
  return connection.ask(
    {
      method: 'POST',
      path: path`/jobs/${id}/runs`,
      body: { ...body, dedupe_key: body.dedupe_key ?? uniqueKey() },
      headers: guardHeaders(guarded),
      repeat: 'safe',
    },
    guarded,
  );
}

/**
 * Pauses a job, or changes the reason and the end of a pause. Running runs finish unless `cancel_live`
 * cancels them.
 */
export async function pauseJob(
  connection: Connection,
  id: string,
  body: PauseJob = {},
  guarded?: Guarded,
): Promise<Job> {
  return connection.ask(
    { method: 'POST', path: path`/jobs/${id}/pause`, body, headers: guardHeaders(guarded), repeat: 'safe' },
    guarded,
  );
}

/** Resumes a job at its next slot. A job that is not paused stays unchanged. */
export async function resumeJob(connection: Connection, id: string, guarded?: Guarded): Promise<Job> {
  return connection.ask(
    // The body: a server refuses a page of another origin that sends none.
    {
      method: 'POST',
      path: path`/jobs/${id}/resume`,
      body: {},
      headers: guardHeaders(guarded),
      repeat: 'safe',
    },
    guarded,
  );
}

/** Reads whether all jobs are paused, why, and until when. */
export async function getPauseOfAll(connection: Connection, call?: Call): Promise<PauseOfAll> {
  return (await connection.ask<AllPausedJson>({ path: '/job-pause' }, call)).paused_all;
}

/**
 * Pauses all jobs, for maintenance, or changes the reason and the end of that pause. No node starts a run
 * until it ends. Runs in progress finish.
 */
export async function pauseAllJobs(
  connection: Connection,
  body: PauseAllJobs = {},
  call?: Call,
): Promise<PauseOfAll> {
  const request = { method: 'POST', path: '/jobs/pause-all', body, repeat: 'safe' } as const;
  return (await connection.ask<AllPausedJson>(request, call)).paused_all;
}

/** Ends the pause of all jobs, if there is one. Jobs that are paused on their own stay paused. */
export async function resumeAllJobs(connection: Connection, call?: Call): Promise<void> {
  // The body: a server refuses a page of another origin that sends none.
  await connection.ask({ method: 'POST', path: '/jobs/resume-all', body: {}, repeat: 'safe' }, call);
}
