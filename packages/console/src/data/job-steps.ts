import { type Connection, deleteJob, getJob, type Job, type PauseJob } from '@greenvue/jobs/client';
import { isStatus } from '../parts/gone.ts';
import type { JobMark } from './job-mark.ts';

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
 * Deletes the job that was seen, and no other: one that was edited meanwhile, or created anew under its id, is somebody's work
 * (412). One that is gone already is as was wished.
 */
export async function deleteSeen(connection: Connection, job: JobMark): Promise<void> {
  try {
    await deleteJob(connection, job.id, { ifMatch: job });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/** {@link deleteSeen}; where somebody was faster with an edit, nothing is deleted, and the job comes back as it is now. */
export async function deleteOrRead(connection: Connection, job: JobMark): Promise<Job | undefined> {
  try {
    await deleteSeen(connection, job);
    return undefined;
  } catch (error) {
    if (!isStatus(error, 412)) throw error;
    return getJob(connection, job.id);
  }
}
