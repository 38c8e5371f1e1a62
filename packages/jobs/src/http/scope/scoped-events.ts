import type { JobEvent } from '../../core/model/events.ts';
import { type JobScope, jobsOf, scopeKey } from './job-scope.ts';
import type { ScopeGuards } from './scope-guards.ts';

/** Whether a stream may send an event. A promise where the job has to be read first. */
export type EventFilter = (event: JobEvent) => boolean | Promise<boolean>;

/** Jobs whose answer one stream keeps. */
const MOST_KEPT = 10_000;

/**
 * The events of the jobs of a scope. Their ids say whether they are inside; with tags, the job is read at its
 * first event, and again after each change of it.
 */
export function scopedEvents(scope: JobScope, { isOwnJob }: Pick<ScopeGuards, 'isOwnJob'>): EventFilter {
  const { idPrefix = '', anyTag } = jobsOf(scope);
  const known = new Map<string, boolean>();
  const learn = async (jobId: string): Promise<boolean> => {
    const isOwn = await isOwnJob(jobId);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(jobId, isOwn);
    return isOwn;
  };
  const ofScope = scopeKey(scope);
  return ({ type, jobId, scope: startedWith }) => {
    if (type === 'bulk.progress' || type === 'bulk.finished') return startedWith === ofScope;
    // All clients may know that all jobs are paused.
    if (type === 'jobs.paused' || type === 'jobs.resumed') return true;
    if (jobId?.startsWith(idPrefix) !== true) return false;
    if (anyTag === undefined) return true;
    const before = known.get(jobId);
    switch (type) {
      case 'job.created':
        return learn(jobId);
      case 'job.updated':
        // Also tells who saw the job that it has left the scope.
        return learn(jobId).then((isOwn) => isOwn || before === true);
      case 'job.deleted':
        known.delete(jobId);
        return before ?? isOwnJob(jobId);
      default:
        return before ?? learn(jobId);
    }
  };
}
