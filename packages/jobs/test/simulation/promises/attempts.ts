import type { LiveRun } from '../../../src/core/model/run.ts';
import type { SettleInput } from '../../../src/core/store/store-passes.ts';
import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { newClaims } from './room.ts';

const GIVEN_UP_AFTER = 6;

/** P8: a failed attempt waits as long as the backoff says, and no run has more attempts than it may have. */
export function retriesWait({ method, args, now, live }: Step, past: Past): string | undefined {
  if (method !== 'settle') return undefined;
  for (const { before, after } of live) {
    if (before?.claim === undefined || after === undefined || after.failures === before.failures) continue;
    const job = past.jobOf(after)?.job;
    const input = settledIn(args, before);
    if (job === undefined || input === undefined) continue;
    if (after.failures !== before.failures + 1)
      return `run ${after.id}: one attempt counts as ${after.failures - before.failures}`;
    if (after.failures >= job.maxAttempts)
      return `run ${after.id} is tried again after ${after.failures} of ${job.maxAttempts} attempts`;
    if (input.outcome.kind === 'failed' && input.outcome.permanent)
      return `run ${after.id} is tried again after a permanent error`;
    const { initialMs, maxMs, factor, jitter } = job.backoff;
    const wait = Math.min(initialMs * factor ** (after.failures - 1), maxMs);
    // From the settlement, by the clock of the database: it may jump between the end of the attempt and this.
    const waits = after.availableAt - now;
    if (waits < Math.floor(wait * (1 - jitter)) || waits > Math.ceil(wait * (1 + jitter)))
      return `run ${after.id}: attempt ${after.failures} is tried again after ${waits} ms instead of about ${wait} ms`;
  }
  return undefined;
}

/** P8: a run fails only once its attempts are used up. */
export function failsOnlyAtTheEnd(
  { method, args, now, jobs, live, finished }: Step,
  past: Past,
): string | undefined {
  for (const { before, after } of finished) {
    if (before !== undefined || after?.status !== 'failed') continue;
    const stored = past.jobOf(after);
    if (stored === undefined || stored.deletedAt !== undefined) continue;
    const { overlap, maxAttempts, id } = stored.job;
    if (after.reason === 'lost') {
      if (after.recoveries < GIVEN_UP_AFTER)
        return `run ${after.id} of ${id} was given up after ${after.recoveries} losses`;
      continue;
    }
    if (method !== 'settle') continue;
    const run = live.find((each) => each.before?.id === after.id)?.before;
    const input = run && settledIn(args, run);
    if (
      run === undefined ||
      input === undefined ||
      (input.outcome.kind === 'failed' && input.outcome.permanent)
    )
      continue;
    if (after.reason === 'payload_invalid' || run.cancel !== undefined) continue;
    // The next slot takes the place of a retry that comes as late as it.
    const { initialMs, maxMs, factor, jitter } = stored.job.backoff;
    const wait = Math.min(initialMs * factor ** run.failures, maxMs) * (1 + jitter);
    // As it was before this step: a spent budget pauses the job.
    const { nextRunAt = Number.POSITIVE_INFINITY } =
      jobs.find((each) => each.after === stored)?.before?.job ?? stored.job;
    const isReplaced = now + Math.ceil(wait) >= nextRunAt;
    if (isReplaced && overlap !== 'allow' && overlap !== 'queue') continue;
    if (after.attempt < maxAttempts)
      return `run ${after.id} of ${id} has failed after ${after.attempt} of ${maxAttempts} attempts`;
  }
  return undefined;
}

/** P9: a lost claim costs no attempt, and only claims of dead nodes are lost. */
export function lossCostsNoAttempt({ method, args, live, finished }: Step, past: Past): string | undefined {
  if (method !== 'recover' && method !== 'reconcile') return undefined;
  const asker = nodeOf(args);
  for (const { before, after } of live) {
    if (before?.claim === undefined || after?.claim?.fence === before.claim.fence) continue;
    const { node } = before.claim;
    if (method === 'recover' && node === asker) return `run ${before.id} was taken from the node that asked`;
    if (method === 'recover' && !past.database.isDead(node))
      return `run ${before.id} was taken from a node that lives`;
    if (method === 'reconcile' && node !== asker) return `run ${before.id} was given back by another node`;
    if (after === undefined) {
      const ended = finished.find((each) => each.after?.id === before.id)?.after;
      if (ended === undefined) return `run ${before.id} is gone`;
      continue;
    }
    if (after.failures !== before.failures)
      return `run ${after.id}: the loss of a node counts as a failed attempt`;
    const lost = method === 'recover' ? 1 : 0;
    if (after.recoveries !== before.recoveries + lost)
      return `run ${after.id}: ${method} leaves ${after.recoveries} losses after ${before.recoveries}`;
  }
  return undefined;
}

/** P9: of all suspects, one runs at a time. */
export function oneSuspectRuns(step: Step, past: Past): string | undefined {
  if (!newClaims(step).some(({ recoveries }) => recoveries >= 2)) return undefined;
  const claimed = [...past.database.live.values()].filter(
    ({ run }) => run.claim !== undefined && run.recoveries >= 2,
  );
  return claimed.length > 1 ? `${claimed.length} runs that were lost twice are claimed at once` : undefined;
}

/** P10: each claim has a higher fence than all before. */
export function fencesRise(step: Step, past: Past): string | undefined {
  for (const { id, claim } of newClaims(step))
    if (claim !== undefined && claim.fence <= past.highestFence)
      return `run ${id}: claim ${claim.fence} is not higher than ${past.highestFence}`;
  return undefined;
}

/** P10: only the newest claim of a run settles it. */
export function onlyTheNewestClaimSettles({ method, args, live, finished }: Step): string | undefined {
  if (method !== 'settle') return undefined;
  for (const { before, after } of live) {
    if (before?.claim === undefined || after?.claim?.fence === before.claim.fence) continue;
    if (settledIn(args, before) === undefined)
      return `run ${before.id} was settled, and not by its claim ${before.claim.fence}`;
    const ended = finished.find((each) => each.after?.id === before.id)?.after;
    if (ended?.status !== 'succeeded' || ended.result === undefined) continue;
    const { fence } = JSON.parse(ended.result);
    if (fence !== before.claim.fence)
      return `run ${before.id} has the result of claim ${fence}, and not of ${before.claim.fence}`;
  }
  return undefined;
}

/** P10: what has ended stays as it is. */
export function endedRunsStay({ method, live, finished }: Step, past: Past): string | undefined {
  for (const { before, after } of finished) {
    if (before !== undefined && after !== undefined)
      return `run ${after.id} has ended, and was changed by ${method}`;
    if (before !== undefined && after === undefined && method !== 'prune')
      return `run ${before.id} was removed by ${method}`;
    if (after !== undefined && past.database.live.has(Number(after.id)))
      return `run ${after.id} is both live and finished`;
  }
  for (const { before, after } of live)
    if (before !== undefined && after === undefined && !finished.some((each) => each.after?.id === before.id))
      return `run ${before.id} is gone`;
  return undefined;
}

function settledIn([batch]: readonly unknown[], { id, claim }: LiveRun): SettleInput | undefined {
  return (batch as readonly SettleInput[]).find(
    ({ runId, fence }) => String(runId) === id && fence === claim?.fence,
  );
}

function nodeOf([input]: readonly unknown[]): string | undefined {
  return (input as { readonly node?: string } | undefined)?.node;
}
