import type { Completion } from '../model/completion.ts';
import { attemptOf, type FinishedRun, type LiveRun } from '../model/run.ts';
import type { ClaimEnd } from '../store/store-passes.ts';
import { finishedOf } from './settle.ts';

/**
 * How a claim has ended whose handler may have completed the run in a transaction of its own: the commit
 * decides, whatever the handler did then (P31, completion). A handler whose transaction was rolled back has
 * failed.
 */
export function endWithCompletion<End extends ClaimEnd>(
  run: LiveRun,
  end: End,
  completion: Completion | undefined,
): End {
  if (completion !== undefined) {
    const { result, startedAt, finishedAt } = completion;
    return {
      ...end,
      outcome: { kind: 'succeeded', ...(result === undefined ? {} : { result }) },
      startedAt,
      finishedAt,
    };
  }
  if (end.outcome.kind !== 'succeeded') return end;
  const error = {
    attempt: attemptOf(run),
    at: end.finishedAt,
    reason: 'error',
    name: 'NotCompletedError',
    message: NOT_COMPLETED,
  } as const;
  return { ...end, outcome: { kind: 'failed', error, permanent: false } };
}

/** A completed run, as the engine settles it soon. */
export function completedRun(run: LiveRun, completion: Completion): FinishedRun {
  const { errors, recoveries } = run;
  const { result } = completion;
  const end = { status: 'succeeded', attempt: attemptOf(run), recoveries, errors } as const;
  return finishedOf(
    run,
    { kind: 'finished', ...end, ...(result === undefined ? {} : { result }) },
    completion,
  );
}

const NOT_COMPLETED =
  'The handler has called ctx.complete(tx), but tx was not committed. Await the COMMIT of tx before the handler returns, and throw if it fails.';
