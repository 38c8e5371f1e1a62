import type { Job } from '@greenvue/jobs/client';
import type { HelpWord } from '../ui/help/help-words.ts';
import { durationText } from '../ui/schedule/duration.ts';
import { goDurationMs } from '../ui/schedule/go-duration.ts';

/** A policy of a job: its value and an explanation. */
export interface Policy {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
  /** The word of the glossary for it. */
  readonly help?: HelpWord;
}

/** The policies for runs that overlap, are missed or fail. */
export function policiesOf(job: Job): readonly Policy[] {
  const { initial, max, factor, jitter } = job.backoff;
  const backoff = `${initial}, ×${factor}, at most ${max}, ±${Math.round(jitter * 100)}%`;
  return [
    { name: 'Overlap', help: 'overlap', value: job.overlap, meaning: overlapWords(job) },
    { name: 'Catch up', help: 'catch-up', value: job.catch_up, meaning: catchUpWords(job) },
    {
      name: 'Timeout',
      help: 'timeout',
      value: job.timeout,
      meaning:
        'A longer attempt is asked to stop. It counts as failed once its handler ends, and may be retried.',
    },
    ...maxRunningOf(job),
    ...priorityOf(job),
    ...calendarOf(job),
    ...gateOf(job),
    ...expiryOf(job),
    { name: 'Attempts', help: 'attempt', value: String(job.max_attempts), meaning: attemptsWords(job) },
    { name: 'Backoff', help: 'backoff', value: backoff, meaning: backoffWords(job) },
  ];
}

function maxRunningOf({ max_running: most }: Job): readonly Policy[] {
  // An older server does not know the field.
  if (most == null) return [];
  const meaning = `At most ${most === 1 ? 'one run' : `${most} runs`} of the job at once. The others wait, and the longest due one is next.`;
  return [{ name: 'At most running', help: 'overlap', value: String(most), meaning }];
}

function priorityOf({ priority: value }: Job): readonly Policy[] {
  // An older server does not know the field.
  if (value == null || value === 'normal') return [];
  const meaning =
    value === 'high'
      ? 'A due run starts before normal runs that became due up to 2m30s before it, and low ones up to 5m before it.'
      : 'A due run starts after normal runs that became due up to 2m30s after it, and high ones up to 5m after it.';
  return [{ name: 'Priority', help: 'priority', value, meaning }];
}

function expiryOf({ expire_after: value }: Job): readonly Policy[] {
  // An older server does not know the field.
  if (value == null) return [];
  const meaning = 'A run that has not started this long after it was due is skipped.';
  return [{ name: 'Expires after', help: 'expiry', value, meaning }];
}

function calendarOf({ calendar, after }: Job): readonly Policy[] {
  // An older server does not know the field.
  if (calendar == null) return [];
  const what = after == null ? 'Slots' : `Ends of ${after.job}`;
  const skipped = after == null ? 'are skipped' : 'start no run';
  const moved = after == null ? 'are due at the end of their window' : 'start a run at the end of the window';
  const meaning = `${what} inside the windows of this calendar ${calendar.mode === 'skip' ? skipped : moved}.`;
  return [{ name: 'Calendar', help: 'calendar', value: `${calendar.mode} ${calendar.id}`, meaning }];
}

function gateOf({ only_if: gate, after }: Job): readonly Policy[] {
  // An older server does not know the field.
  if (gate == null) return [];
  const { job, succeeded_within: within } = gate;
  const what = after == null ? 'A slot' : `An end of ${after.job}`;
  const meaning = `${what} gets a run only if ${job} has succeeded in the ${within} before. Otherwise it is skipped.`;
  return [{ name: 'Only if', help: 'gate', value: `${job} within ${within}`, meaning }];
}

/** The waits before each retry in ms, without jitter; at most `most` of them. */
export function waitsOf({ backoff, max_attempts: attempts }: Job, most: number): readonly number[] {
  const initial = goDurationMs(backoff.initial);
  const max = goDurationMs(backoff.max);
  if (initial === undefined || max === undefined) return [];
  const count = Math.min(attempts - 1, most);
  return Array.from({ length: count }, (_, index) => Math.min(initial * backoff.factor ** index, max));
}

function overlapWords({ overlap, run_at: runAt, on_demand: onDemand, after }: Job): string {
  const isByHand = runAt !== null || onDemand;
  const what = after == null ? 'slots are skipped' : `ends of ${after.job} start no run`;
  switch (overlap) {
    case 'skip':
      return `One run at a time. While a run is live, ${isByHand ? '' : `${what} and `}manual runs are refused.`;
    case 'queue':
      return `One run is running and one waits. Further ${isByHand ? 'manual runs are refused' : what}.`;
    case 'allow':
      return 'Runs start in parallel, as many as there are free places.';
    case 'cancel_previous':
      return 'One run at a time. A new run cancels the live one, and starts when that one has ended.';
    default:
      return overlap satisfies never;
  }
}

function catchUpWords({ catch_up: catchUp, on_demand: onDemand, after }: Job): string {
  if (onDemand) return 'An on-demand job has no slots to miss.';
  if (after != null) return 'A job that runs after another one has no slots to miss.';
  switch (catchUp) {
    case 'once':
      return 'One run covers all missed slots as soon as a node is available.';
    case 'skip':
      return 'Missed slots are not run. The history lists them.';
    case 'all':
      return 'Each missed slot gets its own run, oldest first, one at a time. At most 100 wait.';
    default:
      return catchUp satisfies never;
  }
}

function attemptsWords({
  max_attempts: attempts,
  overlap,
  run_at: runAt,
  on_demand: onDemand,
  ...job
}: Job): string {
  if (attempts === 1) return 'A failed run is not retried.';
  const rule = `A failed run is retried, up to ${attempts} attempts in all, unless the handler throws a PermanentError.`;
  // The gate may skip the next slot, so the retry is made.
  const hasSlots = runAt === null && !onDemand && job.only_if == null && job.after == null;
  return (overlap === 'skip' || overlap === 'cancel_previous') && hasSlots
    ? `${rule} A retry due at or after the next slot is left to that slot.`
    : rule;
}

const WAITS_SHOWN = 3;

function backoffWords(job: Job): string {
  const waits = waitsOf(job, WAITS_SHOWN);
  const [first] = waits;
  if (first === undefined) return 'There are no retries.';
  const shown = waits.map((wait) => durationText(wait)).join(', then ');
  const more = job.max_attempts - 1 > waits.length && new Set(waits).size > 1 ? ' and so on' : '';
  return `The waits between attempts are about ${shown}${more}.`;
}
