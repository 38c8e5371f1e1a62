import { type Job, liveCount, roomOf } from '../model/job.ts';
import type { FinishedStatus } from '../model/run.ts';
import { type Draft, type NewRun, queueRun, type SkippedRun } from '../rules/decision.ts';
import type { EndedRun } from '../rules/ended-runs.ts';
import { heldForRoom } from '../rules/room.ts';
import { assignedTime } from '../schedule/assigned-time.ts';
import { blackoutEnd } from '../schedule/blackout.ts';
import { runsLeft, type Schedule } from '../schedule/schedule.ts';
import { isGateOpen } from './gate.ts';

/** The end of a run of a job that others follow. Ends that are neither a success nor a failure are none. */
export interface UpstreamEnd {
  readonly jobId: string;
  readonly runId: string;
  readonly status: Extract<FinishedStatus, 'succeeded' | 'failed'>;
  readonly at: number;
}

/** The schedule of a job that follows another one. */
export type AfterSchedule = Extract<Schedule, { readonly kind: 'after' }>;

/** Whether an end starts a run of a job with this schedule. */
export function follows(schedule: Schedule, { jobId, status, at }: UpstreamEnd): schedule is AfterSchedule {
  if (schedule.kind !== 'after' || schedule.job !== jobId) return false;
  if (schedule.on !== 'finished' && schedule.on !== status) return false;
  return schedule.endAt === undefined || at <= schedule.endAt;
}

/**
 * P32, chains and gates: makes a run for each end of an upstream run, or a skipped row inside a window of the
 * calendar (A7), behind a closed gate (A8) or without room (A4). A paused or finished job makes neither.
 */
export function takeEnds(draft: Draft, ends: readonly UpstreamEnd[], now: number): void {
  const own = ends.filter((end) => follows(draft.job.schedule, end));
  // Each new run would cancel the one before, so only the last one is made.
  const isReplacing = draft.job.overlap === 'cancel_previous';
  for (const [n, end] of own.entries())
    takeEnd(draft, end, { now, isReplaced: isReplacing && n < own.length - 1 });
}

function takeEnd(
  draft: Draft,
  { runId, jobId, at }: UpstreamEnd,
  { now, isReplaced }: { readonly now: number; readonly isReplaced: boolean },
): void {
  const { job, live } = draft;
  if (job.status !== 'active' || runsLeft(job.schedule, job.runsMade) === 0) return;
  const link = { catchUp: false, missed: 0, triggeredBy: { runId, jobId } } as const;
  const skip = (reason: SkippedRun['reason']) => void draft.skip.push({ ...link, reason });
  if (blackoutEnd(job, at) !== undefined) return skip('blackout');
  if (!isGateOpen(job.onlyIf, live.lastSuccesses, now)) return skip('upstream');
  if (isReplaced || liveCount(live) >= roomOf(job.overlap) || live.isAtCap === true) return skip('overlap');
  const availableAt = Math.max(assignedTime(job, at), now);
  const held = heldForRoom(draft, availableAt, now);
  const run: NewRun = { ...link, trigger: 'chain', held, availableAt };
  queueRun(draft, run, now);
  draft.job = withRunMade(draft.job);
}

function withRunMade(job: Job): Job {
  const { schedule } = job;
  if (schedule.kind !== 'after' || schedule.maxRuns === undefined) return job;
  return { ...job, runsMade: (job.runsMade ?? 0) + 1 };
}

/** The ends of runs of a followed job that may start runs of others. */
export function endsToNote({ id }: Job, ended: readonly EndedRun[], now: number): readonly UpstreamEnd[] {
  return ended.flatMap(({ id: runId, status, finishedAt = now, isRetried }) =>
    runId !== undefined && isRetried !== true && (status === 'succeeded' || status === 'failed')
      ? [{ jobId: id, runId, status, at: Math.min(finishedAt, now) }]
      : [],
  );
}
