import { handlerStack } from '../../core/failures/handler-stack.ts';
import type { ErrorCause } from '../../core/model/run.ts';
import type { Outcome } from '../../core/rules/settle.ts';
import { isFrameOfPackage } from '../../package-file.ts';
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

const NO_CAUSES: readonly ErrorCause[] = [];

function withShortStack<Thrown extends { readonly stack?: string }>(thrown: Thrown): Thrown {
  const { stack } = thrown;
  return stack === undefined ? thrown : { ...thrown, stack: handlerStack(stack, isFrameOfPackage) };
}

/** The outcome of an attempt whose handler threw. A stray error counts more: it made the handler stop. */
export function thrownOutcome(attempt: Attempt, thrown: ThrownError, at: number): Outcome {
  const stopped = attempt.stop?.reason;
  if (stopped === 'cancel') return { kind: 'cancelled' };
  if (stopped === 'shutdown' || stopped === 'lease' || stopped === 'stale') return { kind: 'given_back' };
  const { permanent, causes = NO_CAUSES, ...what } = attempt.stray ?? thrown;
  const reason = stopped === 'timeout' ? 'timeout' : 'error';
  const error = {
    attempt: attempt.claimed.attempt,
    at,
    reason,
    ...withShortStack(what),
    ...(causes.length > 0 ? { causes: causes.map(withShortStack) } : {}),
  } as const;
  return { kind: 'failed', error, permanent: permanent && reason === 'error' };
}
