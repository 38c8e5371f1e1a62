import {
  type CreateJob,
  cancelRun,
  enqueue,
  type Job,
  type JobVersion,
  type PatchJob,
  patchJob,
  pauseJob,
  putJob,
  type Run,
  resumeJob,
  retryRun,
  runJob,
} from '@greenvue/jobs/client';
import type { QueryClient } from '@tanstack/react-query';
import type { JobMark } from '../data/job-mark.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { staleKeys } from '../data/queries/stale-keys.ts';
import { isolated } from '../ui/text/text.tsx';
import { announceDone, announceProblem } from './announce.ts';
import { createOrFind, deleteOrRead, type PauseOptions, pauseBody } from './job-steps.ts';
import { useAction } from './use-action.ts';

/** The part of a job that an action needs. */
type JobRef = Pick<Job, 'id'>;
type RunRef = Pick<Run, 'id' | 'job_id'>;

interface RunJobVariables {
  readonly job: JobRef;
  readonly payload?: Run['payload'] | undefined;
  readonly runAt?: string | undefined;
}

/** Runs a job now, or at `runAt` (with overlap "allow" only). */
export function useRunJob() {
  return useAction({
    send: (connection, { job, payload, runAt }: RunJobVariables) =>
      runJob(connection, job.id, {
        ...(payload === undefined || payload === null ? {} : { payload }),
        ...(runAt === undefined ? {} : { run_at: runAt }),
      }),
    onDone: (run, _, client) => {
      announceDone(`Started a run of ${isolated(run.job_id)}.`);
      runsChanged(client, run);
    },
    failure: ({ job }) => `Could not run ${isolated(job.id)}`,
  });
}

interface EnqueueVariables {
  readonly type: string;
  readonly payload: NonNullable<Run['payload']>;
  readonly runAt: string | undefined;
}

/** Runs a job type once, now or at `runAt`. The dialog shows the server's errors. */
export function useEnqueueRun() {
  return useAction({
    send: (connection, { type, payload, runAt }: EnqueueVariables) =>
      enqueue(connection, type, payload, runAt === undefined ? {} : { run_at: runAt }),
    onDone: (run, _, client) => {
      announceDone(`Started a run of ${isolated(run.type)}.`);
      runsChanged(client, run);
    },
    failure: ({ type }) => `Could not run ${isolated(type)}`,
  });
}

interface PauseJobVariables extends PauseOptions {
  readonly job: JobRef;
}

export function usePauseJob() {
  return useAction({
    send: (connection, { job, ...options }: PauseJobVariables) =>
      pauseJob(connection, job.id, pauseBody(options)),
    onDone: (job, _, client) => {
      announceDone(`Paused ${isolated(job.id)}.`);
      jobChanged(client, job);
    },
    failure: ({ job }) => `Could not pause ${isolated(job.id)}`,
  });
}

interface JobVariables {
  readonly job: JobRef;
}

export function useResumeJob() {
  return useAction({
    send: (connection, { job }: JobVariables) => resumeJob(connection, job.id),
    onDone: (job, _, client) => {
      announceDone(`Resumed ${isolated(job.id)}.`);
      jobChanged(client, job);
    },
    failure: ({ job }) => `Could not resume ${isolated(job.id)}`,
  });
}

interface DeleteJobVariables {
  /** The job as the viewer saw it: an edit since then prevents the deletion. */
  readonly job: JobMark;
}

/**
 * Deletes a job. Returns the current job, which still exists, if another user edited or recreated it since
 * the viewer saw it.
 */
export function useDeleteJob() {
  return useAction({
    send: (connection, { job }: DeleteJobVariables) => deleteOrRead(connection, job),
    onDone: (latest, { job }, client) => {
      if (latest !== undefined) {
        // Announced here, because the page of the deleted job may be gone.
        if (latest.uid !== job.uid) announceProblem(`Did not delete ${isolated(job.id)}`, RECREATED);
        return jobChanged(client, latest);
      }
      announceDone(`Deleted ${isolated(job.id)}.`);
      client.removeQueries({ queryKey: queryKeys.job(job.id), type: 'inactive' });
      stale(client, { type: 'job.deleted', job_id: job.id, run_id: null });
    },
    failure: ({ job }) => `Could not delete ${isolated(job.id)}`,
  });
}

const RECREATED =
  'Someone else deleted this job and created another one with the same id. Check the new job before you delete it.';

interface CancelRunVariables {
  readonly run: RunRef;
  /** Stops waiting for a handler that ignores its signal. */
  readonly force?: boolean | undefined;
}

export function useCancelRun() {
  return useAction({
    send: (connection, { run, force }: CancelRunVariables) =>
      cancelRun(connection, run.id, force === true ? { force } : {}),
    onDone: (run, _, client) => {
      const done = run.status === 'cancelled';
      announceDone(done ? `Cancelled run ${run.id}.` : `Asked run ${run.id} to stop.`);
      runsChanged(client, run);
    },
    failure: ({ run }) => `Could not cancel run ${run.id}`,
  });
}

interface RetryRunVariables {
  readonly run: RunRef;
}

/** Retries a run. Returns the new run, or the same one if it was waiting for its retry. */
export function useRetryRun() {
  return useAction({
    send: (connection, { run }: RetryRunVariables) => retryRun(connection, run.id),
    onDone: (run, { run: before }, client) => {
      announceDone(run.id === before.id ? `Run ${run.id} retries now.` : `Started run ${run.id}.`);
      runsChanged(client, run);
    },
    failure: ({ run }) => `Could not retry run ${run.id}`,
  });
}

interface CreateJobVariables {
  readonly body: CreateJob;
}

/** Creates a job. The form shows the server's errors. */
export function useCreateJob() {
  return useAction({
    send: (connection, { body }: CreateJobVariables) => createOrFind(connection, body),
    onDone: (job, _, client) => {
      announceDone(`Created ${isolated(job.id)}.`);
      jobChanged(client, job);
    },
  });
}

interface EditJobVariables {
  /** The job as it was read: the server refuses the edit (412) if someone else edited it since. */
  readonly job: Pick<Job, 'id' | 'uid' | 'version'>;
  readonly patch: PatchJob;
}

/** Edits a job. The form shows the server's errors. */
export function useEditJob() {
  return useAction({
    send: (connection, { job, patch }: EditJobVariables) =>
      patchJob(connection, job.id, patch, { ifMatch: job }),
    onDone: (job, _, client) => {
      announceDone(`Saved ${isolated(job.id)}.`);
      jobChanged(client, job);
    },
  });
}

interface RestoreVariables {
  /** The job as it was compared: the server refuses the restoration (412) if someone else edited it since. */
  readonly job: Pick<Job, 'id' | 'uid' | 'version'>;
  readonly version: JobVersion;
}

/** Gives a job an earlier definition again. The dialog shows the server's errors. */
export function useRestoreVersion() {
  return useAction({
    send: async (connection, { job, version }: RestoreVariables) =>
      (await putJob(connection, job.id, version.definition, { ifMatch: job })).job,
    onDone: (job, { version }, client) => {
      announceDone(`Restored version ${version.version} of ${isolated(job.id)}.`);
      jobChanged(client, job);
    },
  });
}

function jobChanged(client: QueryClient, job: Job): void {
  client.setQueryData(queryKeys.job(job.id), job);
  stale(client, { type: 'job.updated', job_id: job.id, run_id: null });
}

function runsChanged(client: QueryClient, run: RunRef): void {
  stale(client, { type: 'run.queued', job_id: run.job_id, run_id: run.id });
  // The run's event does not name the user who did this, so the audit log is stale.
  void client.invalidateQueries({ queryKey: queryKeys.audit() });
}

/** Does not wait for the new data: an action is complete once the server has answered it. */
function stale(client: QueryClient, happened: Parameters<typeof staleKeys>[0]): void {
  for (const queryKey of staleKeys(happened)) void client.invalidateQueries({ queryKey });
}
