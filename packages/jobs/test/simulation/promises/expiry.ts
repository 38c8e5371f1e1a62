import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';

/** P35: a run that may expire has a time, starts by then, and does not expire once it has started. */
export function runsExpireInTime(step: Step, past: Past): string | undefined {
  const { method, args, live, finished, now } = step;
  for (const { before, after } of live) {
    const job = after && past.jobOf(after)?.job;
    if (before !== undefined || after === undefined || job?.expireAfterMs === undefined) continue;
    const isBackfill = after.trigger === 'schedule' && after.catchUp && after.missed === 0;
    const expected = Math.max(after.availableAt, now) + job.expireAfterMs;
    if (!isBackfill && after.expiresAt !== expected && method !== 'command')
      return `run ${after.id} does not expire after ${job.expireAfterMs} ms`;
  }
  for (const { before, after } of finished)
    if (before === undefined && after?.reason === 'expired')
      if (past.ledger.executions.some(({ runId }) => runId === after.id))
        return `run ${after.id} has started, and was skipped because it had not`;
  if (method !== 'settle' || past.hasJumpedBack) return undefined;
  for (const { runId, fence, startedAt } of args[0] as readonly {
    runId: string;
    fence: number;
    startedAt?: number;
  }[]) {
    const run = live.find(({ before }) => before?.id === runId && before.claim?.fence === fence)?.before;
    if (run?.expiresAt !== undefined && startedAt !== undefined && startedAt >= run.expiresAt)
      return `run ${runId} has started after its time was over`;
  }
  return undefined;
}
