import type { JobDefinition } from './job.ts';

/** Who made the job of enqueued runs, as `created_by` and the audit log say. */
export const ENQUEUE_ACTOR = 'system:enqueue';

/** The id of the job that holds the enqueued runs of a type. */
export function enqueuedJobId(type: string): string {
  return `enqueued.${type}`;
}

/** Whether this is the job of the enqueued runs of its type: a pause holds all of its runs. */
export function isEnqueuedJob({ id, type }: Pick<JobDefinition, 'id' | 'type'>): boolean {
  return id === enqueuedJobId(type);
}
