import type { Run } from '@greenvue/jobs/client';
import { printable } from '../../terminal/printable.ts';
import { durationText } from '../../terminal/words.ts';

export type Progress = NonNullable<Run['progress']>;

/** The rate of a run and the estimated remaining time. */
export interface Pace {
  readonly perSecond: number;
  /** Undefined without a total. */
  readonly leftMs: number | undefined;
}

/** Progress as text: `450 of 1,000, 45 %, 32/s, 17 s left, listings removed`; the note may be cut. */
export function progressText({ done, total, note }: Progress, pace?: Pace): string {
  const amount =
    total === null
      ? done.toLocaleString('en')
      : `${done.toLocaleString('en')} of ${total.toLocaleString('en')}, ${percentOf(done, total)} %`;
  const parts = [amount, ...(pace === undefined ? [] : paceWords(pace)), ...(note === null ? [] : [note])];
  return printable(parts.join(', '));
}

export function percentOf(done: number, total: number): number {
  return total <= 0 ? 100 : Math.min(100, Math.max(0, Math.floor((100 * done) / total)));
}

function paceWords({ perSecond, leftMs }: Pace): readonly string[] {
  const rate = perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1));
  const left = leftMs === undefined ? [] : [`${durationText(Math.max(leftMs, 1_000))} left`];
  return [`${rate.toLocaleString('en')}/s`, ...left];
}

interface Seen {
  readonly at: number;
  readonly done: number;
}

/**
 * Measures the rate over the last ten samples, so that it follows changes. Undefined until there is progress.
 * Restarts when the count decreases, as in a new attempt.
 */
export function createPaceMeter(): (progress: Progress, now: number) => Pace | undefined {
  let seen: readonly Seen[] = [];
  return ({ done, total }, now) => {
    const last = seen.at(-1);
    if (last !== undefined && done < last.done) seen = [];
    seen = [...seen, { at: now, done }].slice(-LOOKS);
    const first = seen[0];
    if (first === undefined || done <= first.done || now <= first.at) return undefined;
    const perSecond = ((done - first.done) * 1_000) / (now - first.at);
    return {
      perSecond,
      leftMs: total === null ? undefined : (1_000 * Math.max(0, total - done)) / perSecond,
    };
  };
}

const LOOKS = 10;
