import type { Job } from '../../../src/core/model/job.ts';
import type { RunOrigin } from '../../../src/core/model/run.ts';
import { isOfSlot, type Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { countIn, firstAfter, gridOf, isOn } from './grid.ts';

const text = (at: number | undefined) => (at === undefined ? 'none' : new Date(at).toISOString());
const slotOf = (job: Job) => job.nextSlotAt ?? job.nextRunAt;

/** P3: the next slot is on the grid, and no slot was left out before it. */
export function nextSlotIsOnGrid({ jobs }: Step, past: Past): string | undefined {
  if (past.hasJumpedBack) return undefined;
  for (const { after } of jobs) {
    if (after === undefined || after.deletedAt !== undefined) continue;
    const { job } = after;
    const [grid, slot] = [gridOf(job), slotOf(job)];
    if (grid === undefined || slot === undefined || job.status !== 'active') continue;
    if (!isOn(grid, slot)) return `${job.id}: the next slot ${text(slot)} is not on the grid`;
    const known = Math.max(job.lastSlotAt ?? 0, past.jobs.get(after.uid)?.countsFrom ?? 0);
    if (slot > firstAfter(grid, known))
      return `${job.id}: the slot ${text(firstAfter(grid, known))} was left out; the next one is ${text(slot)}`;
  }
  return undefined;
}

/** P4: an active job with a schedule left has a next run or a live run. */
export function activeJobHasNext({ jobs, live }: Step, past: Past): string | undefined {
  const uids = new Set([
    ...jobs.map(({ after }) => after?.uid),
    ...live.map(({ before }) => Number(before?.jobUid)),
  ]);
  for (const uid of uids) {
    const stored = uid === undefined ? undefined : past.database.jobs.get(uid);
    if (stored === undefined || stored.deletedAt !== undefined) continue;
    const { job } = stored;
    const { kind } = job.schedule;
    if (job.status !== 'active' || kind === 'on_demand' || kind === 'after') continue;
    if (
      slotOf(job) === undefined &&
      job.backfillLeft === undefined &&
      past.liveRunsOf(stored.uid).length === 0
    )
      return `${job.id}: neither a next run nor a live run`;
    // Under `all`, slots wait for the end of a live run.
    const waits = job.catchUp === 'all' && past.liveRunsOf(stored.uid).length > 0;
    if (
      !waits &&
      slotOf(job) !== undefined &&
      (job.wakeAt ?? Number.POSITIVE_INFINITY) > (job.nextRunAt ?? Number.POSITIVE_INFINITY)
    )
      return `${job.id}: the planner looks at it at ${text(job.wakeAt)}, after its next run at ${text(job.nextRunAt)}`;
  }
  return undefined;
}

/** P5: no slot has two rows, and the next slot is later than the last one taken. */
export function oneRunPerSlot(step: Step, past: Past): string | undefined {
  for (const row of madeRows(step)) {
    if (!isOfSlot(row) || row.scheduledFor === undefined) continue;
    const job = past.jobOf(row)?.job;
    // After a clock has jumped back, a resume or an edit may run slots again (P17, clock).
    if (past.hasJumpedBack && (job?.version !== 1 || job.resumedAt !== undefined)) continue;
    if (past.jobs.get(Number(row.jobUid))?.slots.has(row.scheduledFor))
      return `run ${row.id}: its slot ${text(row.scheduledFor)} has a row already`;
  }
  if (past.hasJumpedBack) return undefined;
  for (const { after } of step.jobs) {
    if (after === undefined) continue;
    const slot = slotOf(after.job);
    if (slot !== undefined && slot <= (after.job.lastSlotAt ?? 0))
      return `${after.job.id}: the next slot ${text(slot)} is not after the last one taken`;
  }
  return undefined;
}

/** P6: each slot that is taken is covered by exactly one row of the same transaction. */
export function eachSlotIsCovered(step: Step, past: Past): string | undefined {
  if (past.hasJumpedBack) return undefined;
  for (const { before, after } of step.jobs) {
    if (before === undefined || after === undefined) continue;
    const [grid, first, last] = [gridOf(before.job), slotOf(before.job), after.job.lastSlotAt];
    if (grid === undefined || first === undefined || last === undefined) continue;
    // An edit to a `run_at` that has just passed takes that one, too.
    if (last === before.job.lastSlotAt || after.job.schedule.kind === 'run_at') continue;
    const rows = madeRows(step).filter((row) => Number(row.jobUid) === after.uid && isOfSlot(row));
    const spans = rows.map(({ scheduledFor = 0, missedFrom }) => ({
      from: missedFrom ?? scheduledFor,
      to: scheduledFor,
    }));
    spans.sort((a, b) => a.from - b.from);
    let next = first;
    for (const { from, to } of spans) {
      if (from !== next)
        return `${after.job.id}: the slot ${text(Math.min(from, next))} is covered by ${from < next ? 'two rows' : 'no row'}`;
      next = firstAfter(grid, to);
    }
    if (next !== firstAfter(grid, last))
      return `${after.job.id}: slots up to ${text(last)} were taken, and are covered up to ${text(next)}`;
  }
  return undefined;
}

/** P17: after a clock has jumped back, no catch-up covers a slot that has a row. */
export function rowsAreNotCoveredAgain(step: Step, past: Past): string | undefined {
  for (const row of madeRows(step)) {
    const { id, jobUid, missedFrom, scheduledFor } = row;
    if (!isOfSlot(row) || missedFrom === undefined || scheduledFor === undefined) continue;
    for (const slot of past.jobs.get(Number(jobUid))?.slots ?? [])
      if (slot >= missedFrom && slot <= scheduledFor)
        return `run ${id} covers the slot ${text(slot)}, which has a row`;
  }
  return undefined;
}

/** P6: a row that makes up for missed slots counts them. */
export function missedSlotsAreCounted(step: Step, past: Past): string | undefined {
  for (const row of madeRows(step)) {
    const { job } = past.jobOf(row) ?? {};
    if (job === undefined || row.missed === 0 || row.scheduledFor === undefined || !isOfSlot(row)) continue;
    const before = step.jobs.find(({ after }) => after?.uid === Number(row.jobUid))?.before?.job ?? job;
    const grid = gridOf(before);
    if (grid === undefined) continue;
    const covered = countIn(grid, row.missedFrom ?? row.scheduledFor, row.scheduledFor);
    if (covered !== row.missed)
      return `run ${row.id} says that it covers ${row.missed} slots, and covers ${covered}`;
  }
  return undefined;
}

/** The rows that a step has made. */
export function madeRows({ live, finished }: Step): readonly RunOrigin[] {
  const made: RunOrigin[] = [];
  for (const { before, after } of live) if (before === undefined && after !== undefined) made.push(after);
  const wasLive = new Set(live.flatMap(({ before }) => (before === undefined ? [] : [before.id])));
  for (const { before, after } of finished)
    if (before === undefined && after !== undefined && !wasLive.has(after.id)) made.push(after);
  return made;
}
