import { isEnqueuedJob } from '../model/enqueued-job.ts';
import type { Job } from '../model/job.ts';
import type { LiveRun } from '../model/run.ts';

/** P14, pause: a paused job of enqueued runs starts none of its runs, as a paused queue does. */
export function holdsAllRuns(job: Job): boolean {
  return job.status === 'paused' && isEnqueuedJob(job);
}

/** P14, pause: whether a run waits for the resume. Other jobs start runs asked for by hand meanwhile. */
export function isHeldByPause(job: Job, run: Pick<LiveRun, 'trigger' | 'queuedAt'>): boolean {
  if (job.status !== 'paused' || job.pause === undefined) return false;
  return holdsAllRuns(job) || run.trigger !== 'manual' || run.queuedAt < job.pause.at;
}
