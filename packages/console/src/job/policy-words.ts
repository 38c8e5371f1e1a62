import type { Job } from '@greenvue/jobs/client';
import { durationText } from '../ui/schedule/duration.ts';
import { goDurationMs } from '../ui/schedule/go-duration.ts';

/** A policy of a job: its value and what it means. */
interface Policy {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

/** What a job does when runs overlap, are missed or fail. */
export function policiesOf(job: Job): readonly Policy[] {
  const { initial, max, factor, jitter } = job.backoff;
  const backoff = `${initial}, ×${factor}, at most ${max}, ±${Math.round(jitter * 100)}%`;
  return [
    { name: 'Overlap', value: job.overlap, meaning: overlapWords(job) },
    { name: 'Catch up', value: job.catch_up, meaning: catchUpWords(job) },
    {
      name: 'Timeout',
      value: job.timeout,
      meaning:
        'An attempt that takes longer is told to stop. It counts as failed once its handler has ended, and may be tried again.',
    },
    { name: 'Attempts', value: String(job.max_attempts), meaning: attemptsWords(job) },
    { name: 'Backoff', value: backoff, meaning: backoffWords(job) },
  ];
}

/** The waits before each retry in ms, without jitter; at most `most` of them. */
export function waitsOf({ backoff, max_attempts: attempts }: Job, most: number): readonly number[] {
  const initial = goDurationMs(backoff.initial);
  const max = goDurationMs(backoff.max);
  if (initial === undefined || max === undefined) return [];
  const count = Math.min(attempts - 1, most);
  return Array.from({ length: count }, (_, index) => Math.min(initial * backoff.factor ** index, max));
}

function overlapWords({ overlap, run_at: runAt }: Job): string {
  switch (overlap) {
    case 'skip':
      return runAt === null
        ? 'Only one run at a time: a slot that comes while one is live is skipped, and asking for one by hand is refused.'
        : 'Only one run at a time: asking for one by hand while one is live is refused.';
    case 'queue':
      return 'One run works and one waits for it; further slots are skipped meanwhile.';
    case 'allow':
      return 'Runs may work beside each other, as many as there are places for.';
    default:
      return overlap satisfies never;
  }
}

function catchUpWords({ catch_up: catchUp, on_demand: onDemand }: Job): string {
  if (onDemand) return 'It has no slots that could be missed.';
  switch (catchUp) {
    case 'once':
      return 'Slots that passed while no node could take them are made up for by one run, as soon as there is a node again.';
    case 'skip':
      return 'Slots that passed while no node could take them are not made up for; the history says which they were.';
    case 'all':
      return 'Each slot that passed gets its own run, oldest first, one at a time; at most 100 wait.';
    default:
      return catchUp satisfies never;
  }
}

function attemptsWords({ max_attempts: attempts, overlap, run_at: runAt, on_demand: onDemand }: Job): string {
  if (attempts === 1) return 'A run that fails is not tried again.';
  const rule = `A run that fails is tried again, ${attempts} attempts in all, unless the handler says that it is of no use.`;
  const hasSlots = runAt === null && !onDemand;
  return overlap === 'skip' && hasSlots
    ? `${rule} A retry that would come at or after the next slot is not made: that slot is the retry.`
    : rule;
}

const WAITS_TOLD = 3;

function backoffWords(job: Job): string {
  const waits = waitsOf(job, WAITS_TOLD);
  const [first] = waits;
  if (first === undefined) return 'It has no retries to wait for.';
  const told = waits.map((wait) => durationText(wait)).join(', then ');
  const more = job.max_attempts - 1 > waits.length && new Set(waits).size > 1 ? ' and so on' : '';
  return `Between attempts it waits about ${told}${more}.`;
}
