/** Who made the job of enqueued runs, as `created_by` and the audit log say. */
export const ENQUEUE_ACTOR = 'system:enqueue';

/** The id of the job that holds the enqueued runs of a type. */
export function enqueuedJobId(type: string): string {
  return `enqueued.${type}`;
}
