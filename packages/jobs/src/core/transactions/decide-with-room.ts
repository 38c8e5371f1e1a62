import { type LastSuccesses, withSuccesses } from '../chains/gate.ts';
import type { CancelRequest } from '../commands/cancel.ts';
import type { Job, LiveRuns } from '../model/job.ts';
import { type Decision, replacesLive } from '../rules/decision.ts';
import { mayNeedRoomOfExpired } from '../rules/expiry.ts';
import { endExpired, liveRunsOf, replaceLiveRuns } from './apply.ts';
import type { Script } from './script.ts';
import { lockedJob, type UnitOfWork } from './unit-of-work.ts';

export interface ToDecide {
  readonly live: LiveRuns;
  readonly successes: LastSuccesses | undefined;
  /** The rule. It is asked again after it made room. */
  readonly decide: (job: Job, live: LiveRuns, isAgain: boolean) => Decision;
}

export interface DecidedWithRoom {
  readonly decision: Decision;
  /** Claimed runs that new ones replace. */
  readonly requests: readonly CancelRequest[];
  /** Runs were ended to make room: what waits may have changed. */
  readonly hasMoved: boolean;
}

/**
 * Decides about a locked job whose new runs may need the room of expired runs (P35, expiry), or replace live
 * ones (P7, overlap). Ends those first. The decision is about the job as it is then.
 */
export function* decideWithRoom(
  unit: UnitOfWork,
  uid: number,
  { live, successes, decide }: ToDecide,
): Script<DecidedWithRoom> {
  let alive = live;
  let hasMoved = false;
  if (mayNeedRoomOfExpired(lockedJob(unit, uid).job, alive) && (yield* endExpired(unit, uid))) {
    alive = yield* liveRunsOf(uid);
    hasMoved = true;
  }
  const { job } = lockedJob(unit, uid);
  const decision = decide(job, withSuccesses(alive, successes), false);
  if (!replacesLive(job, alive, decision)) return { decision, requests: [], hasMoved };
  const { requests } = yield* replaceLiveRuns(unit, uid);
  alive = withSuccesses(yield* liveRunsOf(uid), successes);
  return { decision: decide(lockedJob(unit, uid).job, alive, true), requests, hasMoved: true };
}
