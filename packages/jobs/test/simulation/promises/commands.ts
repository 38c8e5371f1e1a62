import { definitionOf } from '../../../src/core/model/job.ts';
import { isOfSlot, type Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { newClaims } from './room.ts';
import { madeRows } from './slots.ts';

/** P1: an id stands for one job. */
export function idsAreUnique({ jobs }: Step, past: Past): string | undefined {
  for (const { before, after } of jobs) {
    if (before !== undefined || after === undefined) continue;
    const same = [...past.database.jobs.values()].filter(
      ({ job, deletedAt }) => job.id === after.job.id && deletedAt === undefined,
    );
    if (same.length > 1) return `${after.job.id} stands for ${same.length} jobs`;
  }
  return undefined;
}

/** P12: a run that was asked to stop never starts again. */
export function cancelledRunsStayCancelled(step: Step): string | undefined {
  for (const { id, cancel } of newClaims(step))
    if (cancel !== undefined) return `run ${id} was asked to stop, and is claimed`;
  for (const { before, after } of step.live)
    if (before?.cancel !== undefined && after !== undefined && after.claim === undefined)
      return `run ${after.id} was asked to stop, and waits for another start`;
  return undefined;
}

/** P13: a deleted job makes no runs, and its live runs end. */
export function deletedJobsMakeNoRuns(step: Step, past: Past): string | undefined {
  for (const row of madeRows(step)) {
    const stored = past.jobOf(row);
    const isNew = step.jobs.some(({ before, after }) => after === stored && before?.deletedAt === undefined);
    if (stored === undefined) return `run ${row.id} belongs to no job`;
    if (stored.deletedAt !== undefined && !isNew)
      return `${stored.job.id} is deleted, and makes run ${row.id}`;
  }
  for (const { before, after } of step.jobs) {
    if (after?.deletedAt === undefined || before?.deletedAt !== undefined) continue;
    const left = past
      .liveRunsOf(after.uid)
      .find(({ claim, cancel }) => claim === undefined || cancel === undefined);
    if (left !== undefined) return `${after.job.id} is deleted, and its run ${left.id} continues`;
  }
  return undefined;
}

/** P14: a paused job makes no runs of slots, and starts none that waited. */
export function pausedJobsMakeNoRuns(step: Step, past: Past): string | undefined {
  for (const row of madeRows(step)) {
    const stored = past.jobOf(row);
    const change = step.jobs.find(({ after }) => after === stored);
    const old = (change?.before ?? stored)?.job;
    // Its pause may have ended by itself.
    const wasPaused = old?.status === 'paused' && (old.pause?.until ?? Number.POSITIVE_INFINITY) > step.now;
    if (wasPaused && stored?.job.status === 'paused' && isOfSlot(row))
      return `${stored.job.id} is paused, and makes run ${row.id}`;
  }
  for (const { after } of step.jobs)
    if (after?.job.status === 'paused' && after.job.nextRunAt !== undefined)
      return `${after.job.id} is paused, and has a next run`;
  for (const run of newClaims(step)) {
    const job = past.jobOf(run)?.job;
    if (job?.status !== 'paused' || job.pause === undefined || past.hasJumpedBack) continue;
    if (run.trigger !== 'manual' || run.queuedAt < job.pause.at)
      return `${job.id} is paused, and its run ${run.id} is claimed`;
  }
  return undefined;
}

/** P16: each edit has a version of its own, and moves the next run only if it changes the schedule. */
export function editsHaveVersions({ jobs, method, now }: Step): string | undefined {
  for (const { before, after } of jobs) {
    if (before === undefined || after === undefined) continue;
    const [old, edited] = [definitionOf(before.job), definitionOf(after.job)];
    const isSame = JSON.stringify(old) === JSON.stringify(edited);
    const rise = after.job.version - before.job.version;
    if (isSame ? rise < 0 : rise !== 1)
      return `${after.job.id}: version ${before.job.version} became ${after.job.version} in ${method}`;
    const sameSchedule = JSON.stringify(old.schedule) === JSON.stringify(edited.schedule);
    const { status, lastSlotAt, nextRunAt } = before.job;
    // An edit takes slots that are due. After a jump of the clock back, the last slot stays a later one.
    const isMoved = nextRunAt !== after.job.nextRunAt && nextRunAt !== undefined && nextRunAt > now;
    if (
      !isSame &&
      sameSchedule &&
      status === 'active' &&
      after.job.status === 'active' &&
      lastSlotAt === after.job.lastSlotAt &&
      isMoved
    )
      return `${after.job.id}: an edit of other fields moved the next run`;
  }
  return undefined;
}
