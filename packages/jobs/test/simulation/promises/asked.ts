import type { Job } from '../../../src/core/model/job.ts';
import type { JobCommand } from '../../../src/core/model/job-command.ts';
import type { AuditEntry } from '../../../src/core/store/store-commands.ts';
import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { firstAfter, gridOf } from './grid.ts';

const slotOf = (job: Job) => job.nextSlotAt ?? job.nextRunAt;

function commandOf({ method, args }: Step): JobCommand | undefined {
  return method === 'command' ? (args[0] as { readonly command: JobCommand }).command : undefined;
}

/** P14 and P16: an edit and a pause first take the slots that are due. */
export function dueSlotsAreTakenFirst(step: Step, past: Past): string | undefined {
  const kind = commandOf(step)?.kind;
  if ((kind !== 'edit' && kind !== 'pause') || past.hasJumpedBack) return undefined;
  for (const { before, after } of step.jobs) {
    if (before === undefined || after === undefined || before.job.status !== 'active') continue;
    const isPaused = after.job.status === 'paused';
    if (after.job.version === before.job.version && !isPaused) continue;
    const slot = slotOf(before.job);
    if (slot === undefined || (before.job.nextRunAt ?? 0) > step.now || slotOf(after.job) === slot) continue;
    if ((after.job.lastSlotAt ?? 0) < slot) return `${after.job.id}: its ${kind} takes no due slot`;
    const grid = gridOf(before.job);
    if (!isPaused || grid === undefined || 'spreadMs' in before.job.schedule) continue;
    if ('endAt' in before.job.schedule || 'maxRuns' in before.job.schedule) continue;
    if (firstAfter(grid, after.job.lastSlotAt ?? 0) <= step.now)
      return `${after.job.id}: its pause loses slots that were due`;
  }
  return undefined;
}

/** P16: a new interval counts from the last slot, or from now if that is past. */
export function newIntervalsCountFromTheLastSlot(step: Step, past: Past): string | undefined {
  if (commandOf(step)?.kind !== 'edit' || past.hasJumpedBack) return undefined;
  for (const { before, after } of step.jobs) {
    if (before === undefined || after === undefined || after.job.status !== 'active') continue;
    const [old, schedule] = [before.job.schedule, after.job.schedule];
    if (schedule.kind !== 'interval' || schedule.mode !== 'fixed_rate' || old.kind !== 'interval') continue;
    if (old.mode !== 'fixed_rate' || old.everyMs === schedule.everyMs || schedule.startAt !== undefined)
      continue;
    if ('endAt' in schedule || 'maxRuns' in schedule) continue;
    const next = (after.job.lastSlotAt ?? after.job.createdAt) + schedule.everyMs;
    const expected = next > step.now ? next : step.now + schedule.everyMs;
    if (slotOf(after.job) !== expected)
      return `${after.job.id}: a new interval does not count from the last slot`;
  }
  return undefined;
}

/** P12: a cancel that is told is stored with the run. */
export function cancelsAreStored({ method, args, isRefused }: Step, past: Past): string | undefined {
  if (method !== 'cancelRun' || isRefused) return undefined;
  const { runId, ifVersion } = args[0] as { readonly runId: string; readonly ifVersion?: number };
  const run = past.database.findLive(runId);
  if (run === undefined || run.cancel !== undefined || ifVersion !== undefined) return undefined;
  return `run ${runId} was cancelled, and does not know it`;
}

/** P14: a pause holds runs of paused jobs only. */
export function onlyPausedJobsHoldRuns({ jobs, live }: Step, past: Past): string | undefined {
  const uids = new Set([
    ...jobs.map(({ after }) => after?.uid),
    ...live.map(({ after }) => Number(after?.jobUid)),
  ]);
  for (const uid of uids) {
    const stored = uid === undefined ? undefined : past.database.jobs.get(uid);
    if (stored === undefined || stored.job.status === 'paused' || stored.deletedAt !== undefined) continue;
    const held = past.liveRunsOf(stored.uid).find((run) => run.held === 'pause');
    if (held !== undefined) return `${stored.job.id} is not paused, and a pause holds run ${held.id}`;
  }
  return undefined;
}

/** P15: a run with a time of its own is not due before. */
export function runsAreNotDueBeforeTheirTime(step: Step): string | undefined {
  const asked = commandOf(step);
  if (asked?.kind !== 'trigger' || asked.runAt === undefined || asked.runAt <= step.now) return undefined;
  for (const { before, after } of step.live)
    if (before === undefined && after?.held === 'run_at' && after.availableAt !== asked.runAt)
      return `run ${after.id} is not due at the time that was asked for`;
  return undefined;
}

/** P23: the failure that uses up the budget pauses the job, and a resume starts the count again. */
export function budgetsHold({ jobs, method }: Step): string | undefined {
  for (const { before, after } of jobs) {
    if (before === undefined || after === undefined || after.deletedAt !== undefined) continue;
    const { id, status, pauseAfter, recentFailures = 0 } = after.job;
    const [known, failed] = [failuresIn(before.job.recentFailures), failuresIn(recentFailures)];
    if (status === 'active' && pauseAfter !== undefined && failed > known && failed >= pauseAfter.failures)
      return `${id} has failed ${failed} times, and is not paused after ${pauseAfter.failures}`;
    if (before.job.status === 'paused' && status === 'active' && method !== 'settle' && recentFailures > 0)
      return `${id} was resumed, and still counts failures from before its pause`;
  }
  return undefined;
}

function failuresIn(recent = 0): number {
  return recent.toString(2).replaceAll('0', '').length;
}

/** Each change by a person has an entry in the audit log. */
export function changesAreInTheAuditLog(step: Step, past: Past): string | undefined {
  if (step.method !== 'command') return undefined;
  const { audit, jobId } = step.args[0] as { readonly audit?: AuditEntry; readonly jobId: string };
  const change = step.jobs.find(({ after }) => after?.job.id === jobId);
  const [old, now] = [change?.before, change?.after];
  if (audit === undefined || old === undefined || now === undefined) return undefined;
  if (old.job.version === now.job.version && old.deletedAt === now.deletedAt) return undefined;
  const isTold = past.database.audit.some(
    ({ target, at, action }) => target === jobId && at === step.now && action === audit.action,
  );
  return isTold ? undefined : `${jobId}: ${audit.action} is not in the audit log`;
}

/** P1: a slot is skipped for lack of room only while a run of the same life of the job has it. */
export function skippedSlotsHadNoRoom(step: Step, past: Past): string | undefined {
  for (const { before, after } of step.finished) {
    if (before !== undefined || after?.reason !== 'overlap' || after.status !== 'skipped') continue;
    const wasLive = step.live.some((each) => each.before?.jobUid === after.jobUid);
    if (!wasLive && past.liveRunsOf(Number(after.jobUid)).length === 0 && after.trigger === 'schedule')
      return `run ${after.id} was skipped for lack of room, and no run has it`;
  }
  return undefined;
}
