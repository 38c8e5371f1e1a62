import { type EventDetails, eventError } from '../../core/model/events.ts';
import { type AttemptError, isSkipReason } from '../../core/model/run.ts';
import type { Outcome } from '../../core/rules/settle.ts';
import type { SettleResult } from '../../core/store/store-passes.ts';
import { errorWithCauses, idsOf, idsOfRun, isLevelEnabled } from '../attempts/attempt-log.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { HookCaller } from '../hooks/hook-caller.ts';
import type { Settings } from '../options.ts';
import type { Pings } from '../pings/pings.ts';
import type { Ending } from '../ports/engine-stats.ts';
import type { Meter } from '../stats/meter.ts';
import type { EndedClaim } from './ended-claim.ts';

export interface ResultListeners {
  readonly settings: Settings;
  readonly events: EventFeed;
  readonly meter: Meter;
  readonly pings: Pings;
  readonly hooks: HookCaller;
}

/** Logs, counts and announces what became of a claim that has ended. */
export function publishResult(to: ResultListeners, ended: EndedClaim, result: SettleResult): void {
  const { events, meter, pings, hooks } = to;
  const { input, owner } = ended;
  logResult(to, ended, result);
  switch (result.kind) {
    case 'later':
    case 'stale':
      return;
    case 'waiting': {
      if (input.outcome.kind !== 'failed') return;
      meter.finished('retried', ended);
      const data = { available_at: new Date(result.availableAt).toISOString() };
      events.emit('run.retrying', owner.id, input.runId, { ...failureOf(input.outcome), data });
      return;
    }
    case 'finished': {
      if (isSkipReason(result.reason)) {
        meter.skipped(result.reason);
        return events.emit('run.skipped', owner.id, input.runId, { reason: result.reason });
      }
      const ending = endingOf(result.status);
      if (ending === undefined) return;
      meter.finished(ending, ended);
      if (owner.pingUrl !== undefined && ending !== 'cancelled')
        pings.tell(owner, input.runId, { kind: ending, error: errorOf(input.outcome) });
      events.emit(`run.${ending}`, owner.id, input.runId, {
        ...failureOf(input.outcome),
        reason: result.reason,
        by: result.by,
      });
      if (ending !== 'cancelled') hooks.runEnded(ended);
      return;
    }
    default:
      return result satisfies never;
  }
}

/** Why an attempt failed, if it did. */
function failureOf(outcome: Outcome): EventDetails {
  const error = errorOf(outcome);
  return error === undefined ? {} : { reason: error.reason, error: eventError(error) };
}

function errorOf(outcome: Outcome): AttemptError | undefined {
  return outcome.kind === 'failed' ? outcome.error : undefined;
}

/** Logs every result but a success. */
function logResult(
  { settings: { logger } }: ResultListeners,
  { input, owner, attempt }: EndedClaim,
  result: SettleResult,
): void {
  const { runId, fence, outcome } = input;
  const ids = () => (attempt === undefined ? idsOfRun(owner, runId) : idsOf(attempt));
  if (result.kind === 'stale') logger.warn({ ...ids(), fence }, 'a stale claim was not settled');
  else if (result.kind === 'finished' && result.status === 'cancelled') {
    if (isLevelEnabled(logger, 'info')) logger.info(ids(), 'a run was cancelled');
  } else if (result.kind === 'finished' && result.reason === 'expired') {
    logger.warn(ids(), 'a run was skipped: its time to start (expire_after) was over');
  } else if (outcome.kind === 'failed') {
    const { reason, causes, ...error } = outcome.error;
    const fields = { ...ids(), reason, err: errorWithCauses(error, causes) };
    if (result.kind === 'finished') logger.warn(fields, 'a run failed');
    else if (result.kind === 'waiting') logger.info(fields, 'an attempt failed; the run is tried again');
  }
}

function endingOf(status: string): (Ending & ('succeeded' | 'failed' | 'cancelled')) | undefined {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled' ? status : undefined;
}
