import { newerOptions } from '../commands/command-refusals.ts';
import { type Refusal, refused } from '../commands/refusal.ts';
import { backfillRoomOf, isFixedDelay, type Job, liveCount } from '../model/job.ts';
import { without } from '../objects.ts';
import { type Draft, type NewRun, queueRun } from '../rules/decision.ts';
import { needsNewerVersion } from '../rules/option-levels.ts';
import { heldForRoom } from '../rules/room.ts';
import { hasGrid } from '../schedule/schedule.ts';

/** Where runs may overlap: the most runs of backfills of one job that are live at once. */
export const MOST_LIVE_BACKFILL_RUNS = 100;

/** P37, backfill: why the past slots of a job can't be run now. */
export function backfillRefusal(job: Job): Refusal | undefined {
  const { id, schedule, status } = job;
  if (needsNewerVersion(job)) return newerOptions(id);
  if (!hasGrid(schedule)) {
    const detail =
      'Only a job with a cron expression, a recurrence rule or a fixed-rate interval has past slots. To run this job now, use a run by hand.';
    return refused('no_past_slots', detail);
  }
  if (status !== 'paused') return undefined;
  const detail = `The job "${id}" is paused, so no run of a backfill would start. Resume it, and then repeat the request.`;
  return refused('paused', detail);
}

/** What a job's history and backfills say about the slots of a window. */
export interface KnownSlots {
  /** With a kept run that succeeded. */
  readonly succeeded: readonly number[];
  /** With a live run. */
  readonly live: readonly number[];
  /** That another backfill still has to run. */
  readonly toCome: readonly number[];
}

/** How a backfill treats the slots of its window. Each slot is in one of the lists, or counted once. */
export interface SortedSlots {
  /** In order. */
  readonly toRun: readonly number[];
  readonly succeeded: number;
  readonly live: number;
  readonly toCome: number;
}

/** P37, backfill: which slots to run, oldest first. A slot that runs or will run anyway is left alone. */
export function sortSlots(slots: readonly number[], known: KnownSlots, onlyMissing: boolean): SortedSlots {
  const live = new Set(known.live);
  const toCome = new Set(known.toCome);
  const succeeded = new Set(onlyMissing ? known.succeeded : []);
  const counts = { succeeded: 0, live: 0, toCome: 0 };
  const toRun: number[] = [];
  for (const slot of slots) {
    if (live.has(slot)) counts.live += 1;
    else if (toCome.has(slot)) counts.toCome += 1;
    else if (succeeded.has(slot)) counts.succeeded += 1;
    else toRun.push(slot);
  }
  return { toRun, ...counts };
}

/** The slots that the backfills of a job still have to run, as a plan sees them. */
export interface BackfillSlots {
  /** The first ones, oldest first. */
  readonly next: readonly number[];
  /** Live runs of backfills of the job. */
  readonly liveRuns: number;
}

/**
 * P37, backfill: makes runs of past slots, oldest first, as far as `overlap` has room (P7, overlap). Slots
 * that are due go first. The runs are due now, and not at their slots: runs that were due earlier go first.
 */
export function takeBackfill(draft: Draft, { next, liveRuns }: BackfillSlots, now: number): void {
  const { job } = draft;
  if (!mayBackfill(job, now)) return;
  let left = job.backfillLeft ?? 0;
  const room = () =>
    job.overlap === 'allow'
      ? MOST_LIVE_BACKFILL_RUNS - liveRuns - draft.backfill.length
      : backfillRoomOf(job) - liveCount(draft.live) - draft.live.dueOwnRuns;
  for (const slot of next) {
    if (left === 0 || room() <= 0) break;
    const run: NewRun = {
      trigger: 'schedule',
      scheduledFor: slot,
      catchUp: true,
      missed: 0,
      held: heldForRoom(draft, now, now),
      availableAt: now,
    };
    queueRun(draft, run, now);
    draft.backfill.push(slot);
    left -= 1;
  }
  // Without a slot to take, the count was wrong: the planner would look again and again.
  if (next.length === 0) left = 0;
  draft.isBackfillFull = left > 0 && room() <= 0;
  draft.job = left === 0 ? without(job, 'backfillLeft') : { ...job, backfillLeft: left };
}

/** Whether a job's backfill may go on now: the job is active, and no slot of its schedule is due. */
export function mayBackfill({ status, nextRunAt, backfillLeft, schedule }: Job, now: number): boolean {
  if (backfillLeft === undefined || status !== 'active') return false;
  // The next run of a fixed delay begins after the last run has ended: it waits for the backfill.
  return isFixedDelay(schedule) || nextRunAt === undefined || nextRunAt > now;
}
