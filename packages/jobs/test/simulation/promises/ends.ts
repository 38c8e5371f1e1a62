import { isFixedDelay, type Job } from '../../../src/core/model/job.ts';
import { isOfSlot, type Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { firstAfter, gridOf } from './grid.ts';
import { madeRows } from './slots.ts';

const slotOf = (job: Job) => job.nextSlotAt ?? job.nextRunAt;
const endOf = ({ schedule }: Job) => ('endAt' in schedule ? schedule.endAt : undefined);

/** P33: no slot is after the end, and none up to the end is left out. */
export function slotsEndAtTheEnd({ jobs }: Step, past: Past): string | undefined {
  for (const { before, after } of jobs) {
    if (after === undefined || after.deletedAt !== undefined) continue;
    const { job } = after;
    const [end, slot, grid] = [endOf(job), slotOf(job), gridOf(job)];
    if (end === undefined || job.status === 'paused') continue;
    if (slot !== undefined && slot > end) return `${job.id}: the next slot is after the end of the schedule`;
    if (slot !== undefined || grid === undefined || 'maxRuns' in job.schedule || past.hasJumpedBack) continue;
    // The last slot is taken in this step.
    if (before?.job.status !== 'active' || slotOf(before.job) === undefined) continue;
    const known = Math.max(job.lastSlotAt ?? 0, past.jobs.get(after.uid)?.countsFrom ?? 0);
    if (firstAfter(grid, known) <= end) return `${job.id}: slots up to the end of the schedule are left out`;
  }
  return undefined;
}

/** P33: no more runs are made of slots than `max_runs`. */
export function runsStayBelowMost(step: Step, past: Past): string | undefined {
  for (const row of madeRows(step)) {
    const job = past.jobOf(row)?.job;
    if (job === undefined || job.version !== 1 || !('maxRuns' in job.schedule) || past.hasPruned) continue;
    const { maxRuns = Number.POSITIVE_INFINITY } = job.schedule;
    const { live, runs } = past.database;
    const all = [...[...live.values()].map(({ run }) => run), ...runs.values()];
    const made = all.filter(
      (run) =>
        run.jobUid === job.uid && isOfSlot(run) && run.status !== 'skipped' && run.trigger === 'schedule',
    );
    if (made.length > maxRuns) return `${job.id}: ${made.length} runs were made, at most ${maxRuns} may be`;
  }
  return undefined;
}

/** P4: a finished job has nothing left to do. */
export function finishedJobsAreDone({ jobs }: Step, past: Past): string | undefined {
  for (const { after } of jobs) {
    if (after?.job.status !== 'finished' || after.deletedAt !== undefined) continue;
    if (slotOf(after.job) !== undefined) return `${after.job.id} is finished, and has a next slot`;
    if (past.liveRunsOf(after.uid).length > 0) return `${after.job.id} is finished, and has live runs`;
  }
  return undefined;
}

/** P3: the next run of a fixed delay begins one interval after the end of the last one, and none beside a live run. */
export function fixedDelayCountsFromTheEnd({ jobs, finished }: Step, past: Past): string | undefined {
  if (past.hasJumpedBack) return undefined;
  for (const { before, after } of jobs) {
    if (after === undefined || after.deletedAt !== undefined || after.job.status !== 'active') continue;
    const { job } = after;
    if (!isFixedDelay(job.schedule) || job.nextRunAt === undefined) continue;
    if (past.liveRunsOf(after.uid).some(({ held }) => held !== 'run_at'))
      return `${job.id} has a fixed delay, a live run and a next run`;
    if (before?.job.version !== job.version || before.job.nextRunAt !== undefined) continue;
    for (const { before: known, after: ended } of finished) {
      if (known !== undefined || ended?.jobUid !== job.uid || ended.status === 'skipped') continue;
      const { endAt } = job.schedule;
      if (job.nextRunAt < ended.finishedAt + job.schedule.everyMs && endAt === undefined)
        return `${job.id}: the next run comes sooner than one delay after the end of run ${ended.id}`;
    }
  }
  return undefined;
}

/** P3: only a run of a job without live runs is made ahead of its slot. */
export function onlyLoneRunsAreAhead(step: Step, past: Past): string | undefined {
  for (const { before, after } of step.live) {
    if (before !== undefined || after === undefined || past.hasJumpedBack) continue;
    if (after.trigger !== 'schedule' || (after.scheduledFor ?? 0) <= step.now) continue;
    const others = past
      .liveRunsOf(Number(after.jobUid))
      .filter(({ id, held }) => id !== after.id && held !== 'run_at');
    if (others.length > 0) return `run ${after.id} was made ahead of its slot, beside run ${others[0]?.id}`;
  }
  return undefined;
}

const MISSED_AFTER_MS = 60_000;

/** P6: a slot that is late by more than half its gap, or by more than a minute, is missed. */
export function lateSlotsAreMissed(step: Step, past: Past): string | undefined {
  if (past.hasJumpedBack) return undefined;
  for (const row of madeRows(step)) {
    if (!isOfSlot(row) || row.missed > 0 || row.catchUp || row.scheduledFor === undefined) continue;
    const change = step.jobs.find(({ after }) => after?.uid === Number(row.jobUid));
    const edited = past.jobOf(row)?.job;
    // An edit into a `run_at` that has passed takes it at once. It has no next slot.
    if (edited?.schedule.kind === 'run_at' && edited.schedule.runAt === row.scheduledFor) continue;
    const job = change?.before?.job ?? edited;
    const grid = job && gridOf(job);
    if (job === undefined || grid === undefined || endOf(job) !== undefined || 'spreadMs' in job.schedule)
      continue;
    const late = step.now - row.scheduledFor;
    if (late > Math.min(grid.every / 2, MISSED_AFTER_MS))
      return `run ${row.id}: its slot was taken ${late} ms late, and is not told as missed`;
  }
  return undefined;
}

/** What each id has of its spread of 1 s (ms): a deploy must not move the slots of a job. */
const OF_SPREAD: Readonly<Record<string, number>> = {
  'job-0': 101,
  'job-1': 487,
  'job-2': 105,
  'job-3': 398,
  'job-4': 359,
};

/** P34: each slot is due by the same part of the spread later. */
export function slotsAreSpread({ jobs }: Step): string | undefined {
  for (const { after } of jobs) {
    const job = after?.job;
    if (job?.nextRunAt === undefined || !('spreadMs' in job.schedule)) continue;
    const offset = job.nextRunAt - (slotOf(job) ?? 0);
    if (offset !== OF_SPREAD[job.id]) return `${job.id}: its slot is due ${offset} ms later`;
  }
  return undefined;
}
