import type { Job } from '@greenvue/jobs/client';

/** As much of a job as it takes to name it, to select it, and to act on it as it was seen. */
export type JobMark = Pick<Job, 'id' | 'uid' | 'version' | 'name' | 'status'>;

/** The marks of a job, told from what else a job is. */
export function markOf({ id, uid, version, name, status }: Job): JobMark {
  return { id, uid, version, name, status };
}
