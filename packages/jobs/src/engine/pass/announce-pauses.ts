import { pauseEvent } from '../../core/model/events.ts';
import type { PausedJob } from '../../core/model/job.ts';
import type { ClaimBudget } from './claim-budget.ts';
import type { PassDeps } from './pass-deps.ts';

type AnnounceDeps = Pick<PassDeps, 'settings' | 'events' | 'executor' | 'meter' | 'node' | 'hooks'> & {
  readonly budget: ClaimBudget;
};

/**
 * Logs and announces the jobs that a transaction has paused (P23, failure budget). As after a pause by a
 * person, all nodes give back the claims of their runs that have not started.
 */
export function announcePauses(
  { settings, events, executor, meter, node, hooks, budget }: AnnounceDeps,
  paused: readonly PausedJob[],
): void {
  for (const { jobId, pause, taken = [] } of paused) {
    budget.takeBack({ jobId });
    executor.takeBack({ jobId });
    settings.logger.warn(
      { job: jobId, reason: pause.reason },
      'a job was paused: too many of its runs failed',
    );
    for (const { runId, skipped } of taken) {
      if (skipped !== undefined) meter.skipped(skipped);
      events.emit(skipped === undefined ? 'run.queued' : 'run.skipped', jobId, runId, { reason: skipped });
    }
    events.emit('job.paused', jobId, undefined, pauseEvent(pause));
    node.notify({ kind: 'job_changed', jobId });
  }
  hooks.jobsPaused(paused);
}
