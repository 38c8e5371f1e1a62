import {
  ApiError,
  type Connection,
  type CreateJob,
  createJob,
  deleteJob,
  findJob,
  getJob,
  type Job,
  type PauseJob,
} from '@greenvue/jobs/client';
import type { JobMark } from '../data/job-mark.ts';
import { isStatus } from '../ui/feedback/not-found.ts';

/** How to pause jobs. */
export interface PauseOptions {
  readonly reason?: string | undefined;
  /** RFC 3339. The jobs resume by themselves at this time. */
  readonly until?: string | undefined;
  /** Also cancels every live run. */
  readonly cancelLive?: boolean | undefined;
}

/** The request body of a pause, without empty fields. */
export function pauseBody({ reason, until, cancelLive }: PauseOptions): PauseJob {
  return {
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(until === undefined ? {} : { until }),
    ...(cancelLive === true ? { cancel_live: true } : {}),
  };
}

/**
 * Deletes exactly the job that was seen. If it was edited or recreated since (412), deletes nothing and
 * returns the current job. A job that is already deleted counts as deleted.
 */
export async function deleteOrRead(connection: Connection, job: JobMark): Promise<Job | undefined> {
  try {
    await deleteJob(connection, job.id, { ifMatch: job });
    return undefined;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    if (!isStatus(error, 412)) throw error;
    return findJob(connection, job.id);
  }
}

/** Creates a job. If an earlier attempt got no answer and an equal job exists now, returns that job. */
export async function createOrFind(connection: Connection, body: CreateJob): Promise<Job> {
  try {
    return await createJob(connection, body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409 || !error.mayBeDone) throw error;
    const job = await getJob(connection, body.id);
    if (!hasAll(job, body)) throw error;
    return job;
  }
}

/** Whether a value equals the requested one. Keys left out of the request have their defaults. */
function hasAll(value: unknown, asked: unknown): boolean {
  if (value === asked) return true;
  if (Array.isArray(asked)) {
    return (
      Array.isArray(value) &&
      value.length === asked.length &&
      asked.every((item, at) => hasAll(value[at], item))
    );
  }
  if (!isRecord(asked) || !isRecord(value)) return false;
  return Object.entries(asked).every(([key, part]) => hasAll(value[key], part));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
