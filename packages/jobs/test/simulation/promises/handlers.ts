import type { Execution } from '../ledger.ts';
import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';

/** P35: the handler of a run whose time to start is over never starts. */
export function expiredRunsDoNotStart(_: Step, past: Past): string | undefined {
  for (const { runId, jobUid, fence, startedWall } of fresh(past)) {
    // Its start was noted before the engine read its checkpoint.
    if (past.database.jobs.get(Number(jobUid))?.job.type === 'resumable') continue;
    const { expiresAt, claims = [] } = past.runs.get(runId) ?? {};
    if (expiresAt === undefined || startedWall < expiresAt || past.hasJumpedBack) continue;
    // A claim in time may have started the handler: such a run never expires.
    if (claims.some((claim) => claim.fence < fence && claim.at < expiresAt)) continue;
    return `run ${runId} had to start by ${new Date(expiresAt).toISOString()}, and its handler started later`;
  }
  return undefined;
}

/** P10: each execution is of a claim of its own, and the newest claim runs at most once. */
export function eachClaimRunsOnce(_: Step, past: Past): string | undefined {
  const { executions } = past.ledger;
  for (const { runId, fence, process } of fresh(past)) {
    const same = executions.filter((each) => each.runId === runId && each.fence === fence);
    if (same.length > 1)
      return `claim ${fence} of run ${runId} has started ${same.length} handlers, on ${process}`;
  }
  return undefined;
}

/**
 * P7: two handlers of a job that must not overlap never run at once, unless the process of the older claim is
 * gone from the database, or its handler ignores its signal.
 */
export function handlersDoNotOverlap(_: Step, past: Past): string | undefined {
  for (const execution of fresh(past)) {
    const job = past.database.jobs.get(Number(execution.jobUid))?.job;
    if (job === undefined || job.overlap === 'allow' || execution.endedAt !== undefined) continue;
    const other = [...past.ledger.running].find(
      (each) => each !== execution && each.jobUid === execution.jobUid && !isToldToStop(each, past),
    );
    if (other !== undefined)
      return `${job.id}: the handler of run ${execution.runId} (claim ${execution.fence}) started beside the one of run ${other.runId} (claim ${other.fence}) under ${job.overlap}`;
  }
  return undefined;
}

/**
 * P7: a node that others take for dead has told its handlers to stop before they take back its runs, unless
 * it is frozen.
 */
export function lostNodesHaveStopped({ elapsed }: Step, past: Past): string | undefined {
  for (const execution of past.ledger.running) {
    const { runId, fence, signal, process } = execution;
    const claim = past.claimOf(execution);
    if (claim?.isTakenBack !== true || claim.overlap === 'allow' || signal.aborted) continue;
    const frozenUntil = past.ledger.processes.get(process)?.frozenUntil ?? 0;
    if (frozenUntil >= elapsed) continue;
    return `run ${runId} was taken back from ${process}, and its handler (claim ${fence}) was not told to stop`;
  }
  return undefined;
}

/** Edits and cut-off processes may leave older handlers behind, whose claims are not the newest any more. */
function isToldToStop({ runId, fence, signal }: Execution, past: Past): boolean {
  const run = past.database.findLive(runId);
  return signal.aborted || run?.claim?.fence !== fence;
}

function fresh({ ledger, judgedExecutions }: Past): readonly Execution[] {
  return ledger.executions.length === judgedExecutions ? [] : ledger.executions.slice(judgedExecutions);
}
