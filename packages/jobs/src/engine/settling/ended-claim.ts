import type { Job } from '../../core/model/job.ts';
import type { SettleInput, SettleResult } from '../../core/store/store-passes.ts';
import type { Attempt } from '../attempts/attempt.ts';
import { errorWithCauses, idsOf } from '../attempts/attempt-log.ts';
import type { Settings } from '../options.ts';
import { NEXT_SLOT_SOON_MS } from '../timing/pace.ts';

/** A claim that has ended, until the store has written what became of it. */
export interface EndedClaim {
  readonly input: SettleInput;
  readonly owner: Job;
  /** Undefined when the run has not started. */
  readonly attempt: Attempt | undefined;
  /** How often another transaction has locked its job. */
  timesPostponed?: number;
}

/** How an attempt failed; `random` is in [0, 1), for the jitter of its retry. */
export type Failure = Pick<SettleInput, 'outcome' | 'random'>;

/** A claim with the outcome that a transaction of its handler has decided (P31, completion). */
export function withCompletion(
  { logger }: Pick<Settings, 'logger'>,
  ended: EndedClaim,
  result: SettleResult,
): EndedClaim {
  const outcome = 'outcome' in result ? result.outcome : undefined;
  if (outcome === undefined) return ended;
  const { input, attempt } = ended;
  if (input.outcome.kind === 'failed' && outcome.kind === 'succeeded' && attempt !== undefined) {
    const { causes, ...error } = input.outcome.error;
    logger.warn({ ...idsOf(attempt), err: errorWithCauses(error, causes) }, FAILED_LATER);
  }
  return { ...ended, input: { ...input, outcome } };
}

const FAILED_LATER =
  'the handler failed after the commit of its ctx.complete(): the run has succeeded, and is not tried again';

/** Whether another run of the job, another attempt or a person waits for the settlement of a claim. */
export function isUrgent({ input, owner, attempt }: EndedClaim): boolean {
  if (attempt === undefined || input.outcome.kind !== 'succeeded') return true;
  const { claimed } = attempt;
  // A run claimed for a free place (each recovered run is) must not be lost with the next (P9, lost nodes).
  if (claimed.started || claimed.scheduledFor === undefined) return true;
  if (owner.overlap === 'queue' || owner.maxRunning !== undefined) return true;
  // The next slot as of the claim. If there was none, this settlement may set it.
  return owner.nextRunAt === undefined || owner.nextRunAt - input.finishedAt < NEXT_SLOT_SOON_MS;
}
