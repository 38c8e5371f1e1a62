import type { Backfill, BackfillPlan } from '@greenvue/jobs/client';

/** "1 slot", "1,200 slots". */
export function slotCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'slot' : 'slots'}`;
}

/** How many slots of a backfill have a run that has ended, or were dropped. */
export function endedSlots({ slots, waiting, runs }: Backfill): number {
  return slots - waiting - runs.queued - runs.running;
}

/** The progress in words: "3 of 7 slots done: 2 succeeded, 1 failed. 1 running." */
export function progressText(backfill: Backfill): string {
  const { slots, waiting, runs, status } = backfill;
  const { succeeded, failed, cancelled, running, queued } = runs;
  const dropped = status === 'cancelled' ? slots - waiting - sum(Object.values(runs)) : 0;
  const ended = counts([
    [succeeded, 'succeeded'],
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [dropped, 'dropped'],
  ]);
  const live = counts([
    [running, 'running'],
    [queued, 'waiting'],
  ]);
  const done = `${endedSlots(backfill).toLocaleString('en')} of ${slotCount(slots)} done`;
  return `${done}${ended === '' ? '' : `: ${ended}`}.${live === '' ? '' : ` ${live}.`}`;
}

export const BACKFILL_STATUS_WORDS: Readonly<Record<Backfill['status'], string>> = {
  running: 'Running',
  paused: 'Waits: the job is paused',
  finished: 'Finished',
  cancelled: 'Cancelled',
};

/** Why slots of the window get no run; empty if each one does. */
export function leftOutText({
  slots,
  // An older server does not send `blackout`.
  left_out: { succeeded, live, waiting, blackout = 0 },
}: BackfillPlan): string {
  if (slots + live + waiting + blackout === 0 && succeeded > 0)
    return succeeded === 1 ? 'Its only slot succeeded.' : `All ${slotCount(succeeded)} succeeded.`;
  const parts = counts([
    [succeeded, 'succeeded'],
    [live, live === 1 ? 'has a live run' : 'have a live run'],
    [waiting, waiting === 1 ? 'waits in another backfill' : 'wait in another backfill'],
    [blackout, blackout === 1 ? 'is skipped by the calendar' : 'are skipped by the calendar'],
  ]);
  return parts === '' ? '' : `${slots === 0 ? 'Of these slots' : 'Of the other slots'}, ${parts}.`;
}

function counts(parts: readonly (readonly [count: number, word: string])[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString('en')} ${word}`)
    .join(', ');
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
