import {
  type CreateJob,
  cancelRun,
  createJob,
  deleteJob,
  type Job,
  type PatchJob,
  patchJob,
  pauseJob,
  type Run,
  resumeJob,
  retryRun,
  runJob,
} from '@greenvue/jobs/client';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { isolated } from '../parts/text.tsx';
import { useConnection } from '../session/session.tsx';
import { queryKeys } from './query-keys.ts';
import { tellDone, tellFailed } from './tell.ts';

/** A job, as far as an action must know it. */
export type JobRef = Pick<Job, 'id'>;
export type RunRef = Pick<Run, 'id' | 'job_id'>;

/** Of many actions at once, who asks for them tells how it went. */
interface Telling {
  readonly quiet?: boolean | undefined;
}

export interface RunJobVariables extends Telling {
  readonly job: JobRef;
  readonly payload?: Run['payload'] | undefined;
  readonly runAt?: string | undefined;
}

/** Runs a job now, or at `runAt` (under overlap "allow"). */
export function useRunJob() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ job, payload, runAt }: RunJobVariables) =>
      runJob(connection, job.id, {
        ...(payload === undefined || payload === null ? {} : { payload }),
        ...(runAt === undefined ? {} : { run_at: runAt }),
      }),
    onSuccess: (run, { quiet }) => {
      tellDone(quiet, `${isolated(run.job_id)} has a new run.`);
      return runsChanged(client, run);
    },
    onError: (error, { job, quiet }) => tellFailed(quiet, `Could not run ${isolated(job.id)}`, error),
  });
}

export interface PauseJobVariables extends Telling {
  readonly job: JobRef;
  readonly reason?: string | undefined;
  /** RFC 3339; it resumes by itself then. */
  readonly until?: string | undefined;
  /** Cancels every live run, too. */
  readonly cancelLive?: boolean | undefined;
}

export function usePauseJob() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ job, reason, until, cancelLive }: PauseJobVariables) =>
      pauseJob(connection, job.id, {
        ...(reason === undefined || reason === '' ? {} : { reason }),
        ...(until === undefined ? {} : { until }),
        ...(cancelLive === true ? { cancel_live: true } : {}),
      }),
    onSuccess: (job, { quiet }) => {
      tellDone(quiet, `${isolated(job.id)} is paused.`);
      return jobChanged(client, job);
    },
    onError: (error, { job, quiet }) => tellFailed(quiet, `Could not pause ${isolated(job.id)}`, error),
  });
}

export interface JobVariables extends Telling {
  readonly job: JobRef;
}

export function useResumeJob() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ job }: JobVariables) => resumeJob(connection, job.id),
    onSuccess: (job, { quiet }) => {
      tellDone(quiet, `${isolated(job.id)} goes on.`);
      return jobChanged(client, job);
    },
    onError: (error, { job, quiet }) => tellFailed(quiet, `Could not resume ${isolated(job.id)}`, error),
  });
}

export function useDeleteJob() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ job }: JobVariables) => deleteJob(connection, job.id),
    onSuccess: (_, { job, quiet }) => {
      tellDone(quiet, `${isolated(job.id)} is deleted.`);
      client.removeQueries({ queryKey: queryKeys.job(job.id), type: 'inactive' });
      return stale(client, [queryKeys.jobs(), queryKeys.stats(), queryKeys.runs(), queryKeys.audit()]);
    },
    onError: (error, { job, quiet }) => tellFailed(quiet, `Could not delete ${isolated(job.id)}`, error),
  });
}

export interface CancelRunVariables extends Telling {
  readonly run: RunRef;
  /** Gives up on a handler that ignores its signal. */
  readonly force?: boolean | undefined;
}

export function useCancelRun() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ run, force }: CancelRunVariables) =>
      cancelRun(connection, run.id, force === true ? { force } : {}),
    onSuccess: (run, { quiet }) => {
      const done = run.status === 'cancelled';
      tellDone(quiet, done ? `Run ${run.id} is cancelled.` : `Run ${run.id} has been told to stop.`);
      return runsChanged(client, run);
    },
    onError: (error, { run, quiet }) => tellFailed(quiet, `Could not cancel run ${run.id}`, error),
  });
}

export interface RetryRunVariables extends Telling {
  readonly run: RunRef;
}

/** Runs it again: the answer is the new run, or the same one when it had been waiting for its retry. */
export function useRetryRun() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ run }: RetryRunVariables) => retryRun(connection, run.id),
    onSuccess: (run, { run: before, quiet }) => {
      tellDone(quiet, run.id === before.id ? `Run ${run.id} is due now.` : `Run ${run.id} makes a new try.`);
      return runsChanged(client, run);
    },
    onError: (error, { run, quiet }) => tellFailed(quiet, `Could not retry run ${run.id}`, error),
  });
}

export interface CreateJobVariables {
  readonly body: CreateJob;
}

/** Makes a job. What the server says against it is the form's to show. */
export function useCreateJob() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body }: CreateJobVariables) => createJob(connection, body),
    onSuccess: (job) => {
      tellDone(false, `${isolated(job.id)} is made.`);
      return jobChanged(client, job);
    },
  });
}

export interface EditJobVariables {
  /** As it was read: the edit is refused (412) if somebody else has edited it since. */
  readonly job: Pick<Job, 'id' | 'uid' | 'version'>;
  readonly patch: PatchJob;
}

/** Edits a job. What the server says against it is the form's to show. */
export function useEditJob() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ job, patch }: EditJobVariables) => patchJob(connection, job.id, patch, { ifMatch: job }),
    onSuccess: (job) => {
      tellDone(false, `${isolated(job.id)} is saved.`);
      return jobChanged(client, job);
    },
  });
}

function jobChanged(client: QueryClient, job: Job): Promise<void> {
  client.setQueryData(queryKeys.job(job.id), job);
  return stale(client, [queryKeys.jobs(), queryKeys.stats(), queryKeys.jobRuns(job.id), queryKeys.audit()]);
}

function runsChanged(client: QueryClient, run: RunRef): Promise<void> {
  return stale(client, [
    queryKeys.run(run.id),
    queryKeys.runs(),
    queryKeys.jobRuns(run.job_id),
    queryKeys.job(run.job_id),
    queryKeys.jobs(),
    queryKeys.stats(),
    queryKeys.audit(),
  ]);
}

async function stale(client: QueryClient, keys: readonly (readonly unknown[])[]): Promise<void> {
  await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
}
