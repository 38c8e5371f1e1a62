import type { Job } from '@greenvue/jobs/client';
import type { Style } from '../terminal/screen.ts';
import { instantText } from '../terminal/words.ts';

/** The schedule of a job in short. May contain unsafe characters. */
export function scheduleText(job: Job): string {
  if (job.interval !== null) {
    return job.interval_mode === 'fixed_delay' ? `${job.interval} after each run` : `every ${job.interval}`;
  }
  if (job.cron !== null) return `${job.cron} (${job.timezone ?? 'UTC'})`;
  // An older server sends neither `rrule` nor `after`.
  if (job.rrule != null) return `${job.rrule} (${job.timezone ?? 'UTC'})`;
  if (job.run_at !== null) return `once, ${instantText(job.run_at)}`;
  if (job.after != null) return `after ${job.after.job} ${job.after.on}`;
  return 'on demand';
}

/**
 * The most important state of a job: its health if that is not ok, else `finished`, `running` or `ok`.
 */
export function stateOf(job: Job): Job['health']['status'] | 'finished' | 'running' {
  if (job.health.status !== 'ok') return job.health.status;
  if (job.status === 'finished') return 'finished';
  return job.is_running ? 'running' : 'ok';
}

export function stateStyle(job: Job): Style | undefined {
  switch (stateOf(job)) {
    case 'no_handler':
    case 'zombie':
    case 'overdue':
    case 'no_upstream':
    case 'failing':
      return 'red';
    case 'late':
    case 'slow':
    case 'overrunning':
    case 'paused':
      return 'yellow';
    case 'running':
      return 'cyan';
    case 'finished':
      return 'dim';
    case 'ok':
      return 'green';
    default:
      // A newer server may have more states.
      return undefined;
  }
}
