import type { Job } from '../model/job.ts';
import type { FailureBudget } from './watching.ts';

/** Who paused a job whose failure budget is used up, as the pause and the audit log say. */
export const ENGINE_ACTOR = 'engine';

/**
 * P23, failure budget: the outcomes of the last `ofLast` runs, as a number below 2^50. Its lowest bit is the
 * newest run; 1 is a failure. Undefined: none of them failed.
 */
export type RecentFailures = number | undefined;

/** Adds the outcome of one more run. */
export function withOutcome(
  recent: RecentFailures,
  { ofLast }: FailureBudget,
  outcome: 'succeeded' | 'failed',
): RecentFailures {
  // Not with bit operators: those cut numbers to 32 bits.
  const next = ((recent ?? 0) * 2 + (outcome === 'failed' ? 1 : 0)) % 2 ** ofLast;
  return next === 0 ? undefined : next;
}

/** Whether the runs since the creation, the resume or the edit of the budget pause the job now. */
export function isBudgetSpent({ status, pauseAfter, recentFailures }: Job): boolean {
  if (status !== 'active' || pauseAfter === undefined || recentFailures === undefined) return false;
  return failuresIn(recentFailures).failed >= pauseAfter.failures;
}

/** Why the engine pauses the job, such as "3 of the last 5 runs failed (failure budget: 3 of 5)". */
export function spentReason({ pauseAfter, recentFailures }: Job): string {
  if (pauseAfter === undefined || recentFailures === undefined)
    throw new Error('the failure budget is not used up');
  const { failures, ofLast } = pauseAfter;
  const { failed, span } = failuresIn(recentFailures);
  const budget = ofLast > failures ? `${failures} of ${ofLast}` : failures > 1 ? `${failures} in a row` : '1';
  const runs =
    span === 1
      ? 'the last run failed'
      : failed === span
        ? `the last ${failed} runs failed`
        : `${failed} of the last ${span} runs failed`;
  return `${runs} (failure budget: ${budget})`;
}

/** The number of failures, and over how many of the last runs they are spread. */
function failuresIn(recent: number): { readonly failed: number; readonly span: number } {
  const outcomes = recent.toString(2);
  return { failed: outcomes.replaceAll('0', '').length, span: outcomes.length };
}
