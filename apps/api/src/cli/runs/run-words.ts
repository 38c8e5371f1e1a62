import type { Run } from '@greenvue/jobs/client';
import type { Style } from '../terminal/screen.ts';
import { distanceText, durationText, instantText } from '../terminal/words.ts';

const HELD: Readonly<Record<NonNullable<Run['held']>, string>> = {
  overlap: 'waits for room',
  pause: 'waits for a resume',
  run_at: 'waits for its time',
};

/**
 * A run's status and why: `failed: timeout`, `queued, waits for room`, `queued, retry in 20 s`, `running,
 * told to stop`.
 */
export function statusText(run: Run, now: number): string {
  if (run.reason !== null) return `${run.status}: ${run.reason}`;
  if (run.cancel_requested) return `${run.status}, told to stop`;
  if (run.status !== 'queued') return run.status;
  if (run.held !== null) return `queued, ${HELD[run.held]}`;
  const isRetry = run.attempt > 0 && run.available_at !== null && Date.parse(run.available_at) > now;
  return isRetry && run.available_at !== null
    ? `queued, retry ${distanceText(run.available_at, now)}`
    : 'queued';
}

export function statusStyle(status: Run['status']): Style | undefined {
  switch (status) {
    case 'succeeded':
      return 'green';
    case 'failed':
      return 'red';
    case 'cancelled':
    case 'skipped':
      return 'yellow';
    case 'running':
      return 'cyan';
    default:
      return undefined;
  }
}

/** What the run is for: its slot, and how many missed ones it covers, or that somebody asked for it. */
export function slotText(run: Run): string {
  if (run.scheduled_for === null) return run.retry_of === null ? 'by hand' : `retry of ${run.retry_of}`;
  const slot = instantText(run.scheduled_for);
  return run.missed > 1 ? `${slot} and ${run.missed - 1} before` : slot;
}

/** How long it took, or has taken until now; empty before it started. */
export function tookText(run: Run, now: number): string {
  if (run.started_at === null) return '';
  const end = run.finished_at === null ? now : Date.parse(run.finished_at);
  return durationText(Math.max(0, end - Date.parse(run.started_at)));
}
