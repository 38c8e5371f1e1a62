import type { Job } from '../../../core/model/job.ts';
import type { JobView } from '../../../core/store/store-views.ts';
import { healthOf } from '../../../core/watching/health.ts';
import type { EngineParts } from '../../engine-parts.ts';

/**
 * The job as its command left it, with what its live runs say now. If others have changed or deleted the job
 * since, the answer does not show it: its ETag would otherwise name a version that the client has not seen.
 */
export async function viewAfter({ store, node, pauseState }: EngineParts, made: Job): Promise<JobView> {
  const view = await store.getJob(made.id, node.liveTypes, pauseState.lateFrom);
  if (view !== undefined && isUnchanged(view.job, made)) return view;
  const handlerVersion = node.liveTypes[made.type];
  const health = healthOf(made, handlerVersion === undefined ? {} : { handlerVersion }, made.updatedAt);
  if (view?.job.uid !== made.uid) return { job: made, health, isRunning: false };
  return { ...view, job: made, health };
}

function isUnchanged(job: Job, made: Job): boolean {
  if (job.uid !== made.uid || job.version !== made.version || job.status !== made.status) return false;
  return JSON.stringify(job.pause) === JSON.stringify(made.pause);
}
