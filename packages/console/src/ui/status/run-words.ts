import type { Run } from '@greenvue/jobs/client';

/** A run lost this many times is a suspect. Of all suspects, one runs at a time. */
export const SUSPECT_FROM = 2;

/** What a table row says about a run besides its status; empty if nothing. */
export function runNote(run: Run): string {
  const missed = slotsText(run.missed);
  if (run.status === 'skipped') {
    if (run.reason === 'overlap') return 'Another run of the job was live';
    return run.missed > 1
      ? `No node could take these ${missed} in time`
      : 'No node could take this slot in time';
  }
  const error = run.errors.at(-1);
  if (run.status === 'failed') return error === undefined ? failedText(run.reason) : errorLine(error);
  if (run.status === 'cancelled') return run.reason === 'deleted' ? 'Job deleted' : 'Cancelled by hand';
  if (run.status === 'queued' && run.held !== null) return HELD[run.held];
  if (run.status === 'queued' && run.recoveries >= SUSPECT_FROM)
    return `Lost ${run.recoveries} times; such runs start one at a time`;
  if (run.status === 'queued' && error !== undefined) return `Waits for its retry after: ${errorLine(error)}`;
  if (run.cancel_requested) return 'Asked to stop';
  if (run.catch_up && run.missed > 0) return `Catches up ${missed}`;
  if (run.retry_of !== null) return 'Retry of another run';
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

/** The reason of a failed run, as a sentence. */
export function failedText(reason: Run['reason']): string {
  switch (reason) {
    case 'timeout':
      return 'The attempt took longer than its timeout';
    case 'lost':
      return 'Its process ended repeatedly';
    case 'payload_invalid':
      return 'The payload does not fit the job type';
    case 'error':
    case 'overlap':
    case 'missed':
    case 'user':
    case 'deleted':
    case null:
      return 'The handler threw an error';
    default:
      return reason satisfies never;
  }
}

/** The time under which a list shows a run: its start, or its slot if it never started. */
export function shownTime(run: Pick<Run, 'started_at' | 'scheduled_for' | 'queued_at'>): string {
  return run.started_at ?? run.scheduled_for ?? run.queued_at;
}

/** What started a run. */
export function triggerText({ trigger, retry_of: retryOf }: Pick<Run, 'trigger' | 'retry_of'>): string {
  if (retryOf !== null) return 'Retry by hand';
  return trigger === 'schedule' ? 'Schedule' : 'By hand';
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
  if (run.status !== 'queued' || run.held !== null || run.available_at === null) return false;
  return run.errors.length > 0 && Date.parse(run.available_at) > now;
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
