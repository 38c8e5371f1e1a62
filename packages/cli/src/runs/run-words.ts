import type { Run } from '@greenvue/jobs/client';
import { printableJson } from '../terminal/printable.ts';
import type { Style } from '../terminal/screen.ts';
import { distanceText, durationText, instantText, retryText } from '../terminal/words.ts';

const HELD: Readonly<Record<NonNullable<Run['held']>, string>> = {
  overlap: 'waits for another run to end',
  pause: 'waits until the job is resumed',
  run_at: 'waits for its run_at',
};

/**
 * The status of a run and its reason: `failed: timeout`, `cancelled by user:42`, `queued, retry in 20 s`,
 * `queued, due in 3 h`, `running, asked to stop`.
 */
export function statusText(run: Run, now: number): string {
  // An older server names nobody.
  const by = run.cancelled_by ? ` by ${run.cancelled_by}` : '';
  if (run.status === 'cancelled' && by !== '') return `cancelled${by}`;
  if (run.reason !== null) return `${run.status}: ${run.reason}`;
  if (run.cancel_requested) return `${run.status}, asked to stop${by}`;
  if (run.status !== 'queued') return run.status;
  const due = run.available_at;
  // A retry may wait for room when it is due.
  const isRetryToCome = run.held === 'overlap' && due !== null && Date.parse(due) > now;
  if (run.held !== null && !isRetryToCome) return `queued, ${HELD[run.held]}`;
  if (due === null || Date.parse(due) <= now) return 'queued';
  return `queued, ${run.attempt > 0 ? retryText(due, now) : `due ${distanceText(due, now)}`}`;
}

/** An attempt that failed: `Attempt 1 failed: TypeError: fetch failed (ECONNREFUSED), retry in 20 s`. */
export function failedAttemptText(error: Run['errors'][number], run: Run, now: number): string {
  const { attempt, reason, name, message } = error;
  const code = error.code === null || message.includes(error.code) ? '' : ` (${error.code})`;
  const why = reason === 'error' ? '' : `${reason}, `;
  const isLast = error === run.errors.at(-1);
  const retry =
    isLast && run.status === 'queued' && run.available_at !== null
      ? `, ${retryText(run.available_at, now)}`
      : '';
  return `Attempt ${attempt} failed: ${why}${name}: ${message}${code}${retry}`;
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

/** The slot of a run and the missed slots that it covers; or that it is enqueued, manual or a retry. */
export function slotText(run: Run): string {
  if (run.retry_of !== null) {
    const retry = `retry of ${run.retry_of}`;
    return run.scheduled_for === null ? retry : `${instantText(run.scheduled_for)}, ${retry}`;
  }
  if (run.triggered_by != null) return `after ${run.triggered_by.job_id}`;
  if (run.scheduled_for === null) return run.job_id === `enqueued.${run.type}` ? 'enqueued' : 'manual';
  const slot = instantText(run.scheduled_for);
  if (run.trigger === 'backfill') return `${slot}, backfill`;
  return run.missed > 1 ? `${slot} and ${run.missed - 1} before` : slot;
}

/** The duration of the last attempt, so far if it is running; empty before its start. */
export function tookText(run: Run, now: number): string {
  if (run.started_at === null) return '';
  const end = run.finished_at === null ? now : Date.parse(run.finished_at);
  return durationText(Math.max(0, end - Date.parse(run.started_at)));
}

/** What the run ran with or will run with, and where that comes from. */
export function payloadText({ payload, payload_is_own, job_version }: Run): string {
  if (payload === null) return '';
  const version = job_version == null ? 'the current payload' : `the payload of version ${job_version}`;
  // An older server sends only payloads of runs.
  return `${printableJson(payload)} (${(payload_is_own ?? true) ? 'for this run only' : `${version} of the job`})`;
}
