import type { Outcome } from '../../core/rules/settle.ts';
import type { Attempt } from './attempt.ts';
import type { HandlerResult } from './handler-result.ts';
import type { ThrownError } from './thrown-error.ts';

/** One object for all: a message that holds it many times serializes it once. */
const SUCCEEDED: Outcome = { kind: 'succeeded' };

export function returnedOutcome(attempt: Attempt, { result, leftOut }: HandlerResult, at: number): Outcome {
  if (attempt.stray !== undefined) return thrownOutcome(attempt, attempt.stray, at);
  if (leftOut !== undefined) attempt.log.warn(`The result was left out: ${leftOut}.`);
  return result === undefined ? SUCCEEDED : { kind: 'succeeded', result };
}

/** The outcome of an attempt whose handler threw. A stray error counts more: it made the handler stop. */
export function thrownOutcome(attempt: Attempt, thrown: ThrownError, at: number): Outcome {
  const stopped = attempt.stop?.reason;
  if (stopped === 'cancel') return { kind: 'cancelled' };
  if (stopped === 'shutdown' || stopped === 'lease' || stopped === 'stale') return { kind: 'given_back' };
  const { permanent, ...what } = attempt.stray ?? thrown;
  const reason = stopped === 'timeout' ? 'timeout' : 'error';
  const error = { attempt: attempt.claimed.attempt, at, reason, ...what } as const;
  return { kind: 'failed', error, permanent: permanent && reason === 'error' };
}
