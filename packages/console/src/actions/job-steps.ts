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

/** How jobs are to be paused. */
export interface PauseWish {
  readonly reason?: string | undefined;
  /** RFC 3339; they resume by themselves then. */
  readonly until?: string | undefined;
  /** Cancels every live run, too. */
  readonly cancelLive?: boolean | undefined;
}

/** A wish as the server takes it: what is empty is left out. */
export function pauseBody({ reason, until, cancelLive }: PauseWish): PauseJob {
  return {
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(until === undefined ? {} : { until }),
    ...(cancelLive === true ? { cancel_live: true } : {}),
  };
}

/**
 * Deletes the job that was seen, and no other: one that was edited meanwhile, or created anew under its id,
 * is somebody's work (412). Then nothing is deleted, and the job that has the id comes back as it is now. One
 * that is gone already is as was wished.
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

/**
 * Creates a job. One that is there as it was asked for, after a try whose end the server did not see, is what
 * that try left.
 */
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

/** Whether a value is what was asked for; keys that were left out have their defaults. */
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
