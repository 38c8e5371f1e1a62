import type { Job, Run } from '@greenvue/jobs/client';
import { reasonText } from './reasons.ts';

/** A run lost this many times is a suspect. Of all suspects, one runs at a time. */
export const SUSPECT_FROM = 2;

/** Further information about a run for a table row; empty if there is none. */
export function runNote(run: Run): string {
  const error = run.errors.at(-1);
  if (run.status === 'failed' && error !== undefined) return errorLine(error);
  if (run.reason !== null) {
    const why = reasonText(run.reason);
    return run.status === 'skipped' && run.missed > 1 ? `${why} (${slotsText(run.missed)})` : why;
  }
  if (run.status === 'queued' && run.held !== null) return HELD[run.held];
  if (run.status === 'queued' && run.recoveries >= SUSPECT_FROM)
    return `Lost ${run.recoveries} times; such runs start one at a time`;
  if (run.status === 'queued' && error !== undefined) return `Waits for its retry after: ${errorLine(error)}`;
  if (run.cancel_requested) return 'Asked to stop';
  if (run.retry_of !== null) return `Manual retry of run ${run.retry_of}`;
  if (run.catch_up && run.missed > 0) return `Catches up ${slotsText(run.missed)}`;
  return '';
}

/** The first line of an error, with its name if that says more than "Error". */
export function errorLine({ name, message }: Pick<Run['errors'][number], 'name' | 'message'>): string {
  const line = message.trim().split('\n', 1)[0] ?? '';
  if (line === '') return name;
  return name === 'Error' ? line : `${name}: ${line}`;
}

type AttemptError = Run['errors'][number];

/** A cause of an error in one line: with its name, and its code if the message lacks it. */
export function causeLine({ name, message, code }: Omit<AttemptError['causes'][number], 'depth'>): string {
  const line = message.trim().split('\n', 1)[0] ?? '';
  return code === null || line.includes(code) ? `${name}: ${line}` : `${name}: ${line} (${code})`;
}

/** The stack of an error, and below it the stacks of its causes. */
export function stacksText({
  stack,
  causes,
}: { readonly stack: string } & Pick<AttemptError, 'causes'>): string {
  const behind = causes.map((cause) => `Caused by ${cause.stack ?? causeLine(cause)}`);
  return [stack, ...behind].join('\n\n');
}

/** The time under which a list shows a run: its start, or its slot if it never started. */
export function shownTime(run: Pick<Run, 'started_at' | 'scheduled_for' | 'queued_at'>): string {
  return run.started_at ?? run.scheduled_for ?? run.queued_at;
}

/** The cause of a run. */
export function triggerText(run: Pick<Run, 'trigger' | 'retry_of' | 'job_id' | 'type'>): string {
  if (run.retry_of !== null) return 'Manual retry';
  if (run.trigger === 'schedule') return 'Schedule';
  if (run.trigger === 'backfill') return 'Backfill';
  if (run.trigger === 'chain') return 'Chain';
  return run.job_id === `enqueued.${run.type}` ? 'Enqueued' : 'Manual';
}

/** The attempt's number, and how many there are if `most` is known. */
export function attemptText(
  { attempt, status }: Pick<Run, 'attempt' | 'status'>,
  most: number | undefined,
): string {
  if (attempt === 0) return status === 'skipped' || status === 'cancelled' ? 'none' : 'none yet';
  // An edit may have lowered the number of attempts.
  return most === undefined || most < attempt ? String(attempt) : `${attempt} of ${most}`;
}

/** The time from its slot, or from the request for it, to its first attempt, in ms; undefined if unknown. */
export function waitedMs(run: Run): number | undefined {
  if (run.started_at === null || run.errors.length > 0 || run.recoveries > 0) return undefined;
  const due = Math.max(Date.parse(run.queued_at), Date.parse(run.scheduled_for ?? run.queued_at));
  return Math.max(Date.parse(run.started_at) - due, 0);
}

/** Whether a queued run waits for its next attempt in the future. */
export function waitsForRetry(run: Run, now: number): boolean {
  // A retry may wait for room when it is due.
  if (run.held !== null && run.held !== 'overlap') return false;
  if (run.status !== 'queued' || run.available_at === null) return false;
  return run.errors.length > 0 && Date.parse(run.available_at) > now;
}

/**
 * Whether a job's last attempt, which failed, belongs to a run that waits for its retry: this run has not
 * failed yet. `newest`: the newest run of the job.
 */
export function isBetweenAttempts(
  { last_run: lastRun, last_status: status }: Pick<Job, 'last_run' | 'last_status'>,
  newest: Pick<Run, 'status' | 'queued_at'> | undefined,
): boolean {
  if (newest?.status !== 'queued' || status !== 'failed' || lastRun === null) return false;
  return Date.parse(lastRun) >= Date.parse(newest.queued_at);
}

const HELD = {
  overlap: 'Held: another run of the job is live',
  pause: 'Held: the job is paused',
  run_at: 'Held until its requested time',
} as const;

/** "one slot", "1,200 slots". */
export function slotsText(slots: number): string {
  return slots === 1 ? 'one slot' : `${slots.toLocaleString('en')} slots`;
}
