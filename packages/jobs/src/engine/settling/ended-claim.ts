import type { Job } from '../../core/model/job.ts';
import type { SettleInput } from '../../core/store/store-passes.ts';
import type { Attempt } from '../attempts/attempt.ts';
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

/** Whether another run of the job, another attempt or a person waits for the settlement of a claim. */
export function isUrgent({ input, owner, attempt }: EndedClaim): boolean {
  if (attempt === undefined || input.outcome.kind !== 'succeeded') return true;
  const { claimed } = attempt;
  // A run claimed for a free place (each recovered run is) must not be lost with the next (P9, lost nodes).
  if (claimed.started || claimed.scheduledFor === undefined || owner.overlap === 'queue') return true;
  // The next slot as of the claim. If there was none, this settlement may set it.
  return owner.nextRunAt === undefined || owner.nextRunAt - input.finishedAt < NEXT_SLOT_SOON_MS;
}
