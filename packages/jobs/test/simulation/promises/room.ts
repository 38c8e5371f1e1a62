import type { Job } from '../../../src/core/model/job.ts';
import { isBackfillRun, type LiveRun } from '../../../src/core/model/run.ts';
import { keyOf, type Past } from '../past.ts';
import type { Step } from '../steps.ts';

/** P7 and P29: how many runs of a job are claimed at once, over all nodes. */
export function claimedRunsFit(step: Step, past: Past): string | undefined {
  for (const run of newClaims(step)) {
    const stored = past.jobOf(run);
    if (stored === undefined) return `run ${run.id} of no job is claimed`;
    const { overlap, id } = stored.job;
    const most = activeRoomOf(stored.job);
    const claimed = past.liveRunsOf(stored.uid).filter(({ claim }) => claim !== undefined);
    if (claimed.length > most)
      return `${id}: ${claimed.length} runs are claimed under ${overlap}, at most ${most} may be`;
  }
  return undefined;
}

/** P7: how many runs of a job are live at once. */
export function liveRunsFit(step: Step, past: Past): string | undefined {
  for (const { before, after } of step.live) {
    if (before !== undefined || after === undefined || after.held === 'run_at') continue;
    const stored = past.jobOf(after);
    if (stored === undefined || stored.deletedAt !== undefined) continue;
    const { overlap, id, schedule, status } = stored.job;
    if (overlap === 'allow' || overlap === 'cancel_previous' || schedule.kind === 'run_at') continue;
    // A slot that meets a run of a backfill waits for its end (P37, backfill).
    if (status !== 'active' || past.liveRunsOf(stored.uid).some(isBackfillRun)) continue;
    const runs = past.liveRunsOf(stored.uid).filter(({ held }) => held !== 'run_at');
    const change = step.jobs.find((each) => each.after === stored);
    // A command turns slots that wait under `all` into runs.
    if (change?.before?.job.catchUp === 'all' && step.method === 'command') continue;
    const hasBackfill = (change?.before ?? stored).job.backfillLeft !== undefined;
    const most = (overlap === 'skip' ? 1 : 2) + (hasBackfill ? 1 : 0);
    if (runs.length > most)
      return `${id}: run ${after.id} was made under ${overlap}, and ${runs.length} runs are live: ${runs.map(({ id: each }) => each).join(', ')}`;
  }
  return undefined;
}

/** P7: a run waits for room only while another one has it. */
export function noRunWaitsForNothing(step: Step, past: Past): string | undefined {
  const uids = new Set(step.live.flatMap(({ before, after }) => [Number((after ?? before)?.jobUid)]));
  for (const uid of uids) {
    const stored = past.database.jobs.get(uid);
    if (stored === undefined || stored.deletedAt !== undefined) continue;
    if (stored.job.maxRunning !== undefined) continue;
    const runs = past.liveRunsOf(uid);
    const waiting = runs.filter(({ held }) => held === 'overlap');
    if (waiting.length > 0 && !runs.some(({ held }) => held === 'no'))
      return `${stored.job.id}: run ${waiting[0]?.id} waits for room, and no run has it`;
  }
  return undefined;
}

/** P29: limits of a type, for each value of its field, and over time. */
export function limitsHold(step: Step, past: Past): string | undefined {
  const claims = newClaims(step).filter((run) => !isEndedByClaim(run));
  for (const run of claims) {
    const job = past.jobOf(run)?.job;
    if (job?.type !== 'limited') continue;
    const key = keyOf(run.payload ?? job.payload);
    const sameKey = [...past.database.live.values()].filter(({ run: other }) => {
      if (other.claim === undefined || isEndedByClaim(other) || past.jobOf(other)?.job.type !== 'limited')
        return false;
      const isNew = claims.includes(other);
      return (
        (isNew
          ? keyOf(other.payload ?? past.jobOf(other)?.job.payload)
          : past.runs.get(other.id)?.limitKey) === key
      );
    });
    if (sameKey.length > 2)
      return `run ${run.id}: ${sameKey.length} runs of the type limited with key ${key} are claimed`;
  }
  const rated = claims.filter((run) => past.jobOf(run)?.job.type === 'rated').length;
  if (rated === 0 || past.hasJumpedBack) return undefined;
  const recent = past.rated.filter((at) => at > step.now - 5_000).length + rated;
  return recent > 3 ? `${recent} runs of the type rated were claimed within 5 s` : undefined;
}

export function newClaims({ live }: Step): readonly LiveRun[] {
  const claims: LiveRun[] = [];
  for (const { before, after } of live)
    if (after?.claim !== undefined && after.claim.fence !== before?.claim?.fence) claims.push(after);
  return claims;
}

/** A run whose time to start was over is claimed only to be skipped (P35, expiry): limits don't hold it. */
export function isEndedByClaim({ expiresAt, startedAt }: LiveRun): boolean {
  return expiresAt !== undefined && startedAt !== undefined && expiresAt <= startedAt;
}

/** P7: a new run of a `cancel_previous` job asks all others to stop. */
export function newRunsReplaceOthers(step: Step, past: Past): string | undefined {
  for (const { before: known, after } of step.live) {
    if (known !== undefined || after === undefined || after.held === 'run_at' || isBackfillRun(after))
      continue;
    const stored = past.jobOf(after);
    if (stored === undefined || stored.deletedAt !== undefined) continue;
    // An edit to `cancel_previous` takes the slots that are due under the old definition.
    const before = step.jobs.find((each) => each.after === stored)?.before ?? stored;
    if (stored.job.overlap !== 'cancel_previous' || before.job.overlap !== 'cancel_previous') continue;
    const left = past
      .liveRunsOf(stored.uid)
      .find(
        (run) =>
          Number(run.id) < Number(after.id) &&
          run.held !== 'run_at' &&
          !isBackfillRun(run) &&
          run.cancel === undefined,
      );
    if (left !== undefined) return `${stored.job.id}: run ${after.id} does not replace run ${left.id}`;
  }
  return undefined;
}

/** P7: no run may start beside others that take all the room: neither a new one, nor after an edit or a retry. */
export function waitingRunsHaveRoom({ jobs, live }: Step, past: Past): string | undefined {
  const uids = new Set([
    ...jobs.map(({ after }) => after?.uid),
    ...live.map(({ after }) => Number(after?.jobUid)),
  ]);
  for (const uid of uids) {
    const stored = uid === undefined ? undefined : past.database.jobs.get(uid);
    if (stored === undefined || stored.deletedAt !== undefined) continue;
    const active = past.liveRunsOf(stored.uid).filter(({ held }) => held === 'no');
    const [most, waiting] = [activeRoomOf(stored.job), active.find(({ claim }) => claim === undefined)];
    if (active.length > most && waiting !== undefined)
      return `${stored.job.id}: ${active.length} runs may run at once, with run ${waiting.id}, and there is room for ${most}`;
  }
  return undefined;
}

/** How many runs of a job may run at once. */
export function activeRoomOf({ overlap, maxRunning = Number.POSITIVE_INFINITY }: Job): number {
  return overlap === 'allow' ? maxRunning : 1;
}

/** P7: nothing waits for room that has no bound. */
export function noRunWaitsUnderAllow({ jobs }: Step, past: Past): string | undefined {
  for (const { after } of jobs) {
    if (after === undefined || after.deletedAt !== undefined || after.job.status !== 'active') continue;
    if (after.job.overlap !== 'allow' || after.job.maxRunning !== undefined) continue;
    const waiting = past.liveRunsOf(after.uid).find(({ held }) => held === 'overlap');
    if (waiting !== undefined) return `${after.job.id}: run ${waiting.id} waits for room under allow`;
  }
  return undefined;
}

/** P7: an edit that takes room away holds the runs back that have not started. */
export function editsHoldRunsBack({ method, jobs }: Step, past: Past): string | undefined {
  if (method !== 'command') return undefined;
  for (const { before, after } of jobs) {
    if (before === undefined || after === undefined || after.deletedAt !== undefined) continue;
    const { overlap, id, status } = after.job;
    if (status !== 'active' || overlap === 'allow' || overlap === before.job.overlap) continue;
    const runs = past.liveRunsOf(after.uid);
    const claimed = runs.filter(({ claim }) => claim !== undefined).length;
    const free = runs.filter(({ held, claim }) => held === 'no' && claim === undefined).length;
    if (free > (claimed > 0 ? 0 : 1))
      return `${id}: ${free} runs may start beside ${claimed} under ${overlap}`;
  }
  return undefined;
}
