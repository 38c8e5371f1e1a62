import type { Job } from '@greenvue/jobs/client';

/** The fields of a job that identify it, name it and say which version was seen. */
export type JobMark = Pick<Job, 'id' | 'uid' | 'version' | 'name' | 'status'> &
  Partial<Pick<Job, 'declaration'>>;

/** Keeps only these fields of a job. */
export function markOf({ id, uid, version, name, status, declaration }: Job): JobMark {
  const mark = { id, uid, version, name, status };
  // A server of an older version does not send it.
  return declaration == null ? mark : { ...mark, declaration };
}

/** Whether the engine made the job, for runs that were enqueued by type. */
export function isMadeByEngine({ created_by: by }: Job): boolean {
  return by === ENGINE_ACTOR;
}

/** Whether the enqueued runs of a type belong to the job. While it is paused, all of its runs wait. */
export function holdsEnqueuedRuns({ id, type }: Job): boolean {
  return id === `enqueued.${type}`;
}

/** Who made the jobs that the engine made, as the API says. */
export const ENGINE_ACTOR = 'system:enqueue';

/** Who acted when code of the host called the engine and named nobody, as the API says. */
export const PROGRAM_ACTOR = 'system';
