import { HEARS_WITHIN_MS, type Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { newClaims } from './room.ts';
import { madeRows } from './slots.ts';

/** How late a timer may be. */
const LATE_MS = 3_000;

/** P11: a handler that takes longer than its timeout is told to stop. */
export function timeoutsReachHandlers({ elapsed }: Step, past: Past): string | undefined {
  for (const execution of past.ledger.running) {
    const { runId, fence, startedAt, signal, process } = execution;
    if (signal.aborted) continue;
    const timeoutMs = past.claimOf(execution)?.timeoutMs;
    const frozenUntil = past.ledger.processes.get(process)?.frozenUntil ?? 0;
    if (timeoutMs === undefined || elapsed <= Math.max(startedAt + timeoutMs, frozenUntil) + LATE_MS)
      continue;
    return `the handler of run ${runId} (claim ${fence}) has run for ${elapsed - startedAt} ms, and its timeout of ${timeoutMs} ms has not stopped it`;
  }
  return undefined;
}

/** P12: a handler whose run was asked to stop hears of it. */
export function cancelsReachHandlers({ elapsed }: Step, past: Past): string | undefined {
  for (const { runId, fence, startedAt, signal, process: name } of past.ledger.running) {
    const askedAt = past.runs.get(runId)?.askedToStopAt;
    const process = past.ledger.processes.get(name);
    if (askedAt === undefined || process === undefined || signal.aborted) continue;
    if (past.database.findLive(runId)?.claim?.fence !== fence) continue;
    const since = Math.max(askedAt, startedAt, past.lastTroubleOf(process));
    if (elapsed > since + HEARS_WITHIN_MS)
      return `run ${runId} was asked to stop ${elapsed - askedAt} ms ago, and its handler (claim ${fence}) does not know it`;
  }
  return undefined;
}

/** P36: while all jobs are paused, no node takes slots or claims. */
export function pauseOfAllHolds(step: Step, past: Past): string | undefined {
  const { method, by, elapsed } = step;
  const since = past.allPausedSince;
  if (since === undefined || (method !== 'plan' && method !== 'claim')) return undefined;
  if (newClaims(step).length + madeRows(step).length === 0) return undefined;
  if (elapsed <= Math.max(since, past.lastTroubleOf(by)) + HEARS_WITHIN_MS) return undefined;
  return `all jobs are paused for ${elapsed - since} ms, and ${by.name} takes slots or runs`;
}
