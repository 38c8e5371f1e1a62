import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/core/model/job.ts';
import {
  isBudgetSpent,
  type RecentFailures,
  spentReason,
  withOutcome,
} from '../../src/core/watching/failure-budget.ts';
import { definition, every, Simulation } from './simulation.ts';

const job = (extra: Partial<Job>): Job => ({
  ...new Simulation(definition(every(3_600_000)), 0).job,
  ...extra,
});
const after = (outcomes: string, ofLast: number): RecentFailures =>
  [...outcomes].reduce<RecentFailures>(
    (recent, one) => withOutcome(recent, { failures: 1, ofLast }, one === 'f' ? 'failed' : 'succeeded'),
    undefined,
  );
const withFailures = (recent: RecentFailures): Partial<Job> =>
  recent === undefined ? {} : { recentFailures: recent };

// Promise P23, failure budget.
describe('failure budget', () => {
  it('is used up by as many failures among the last runs, however long the budget looks back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.boolean(), { maxLength: 200 }),
        (failures, more, outcomes) => {
          const ofLast = Math.min(failures + more - 1, 50);
          const recent = after(outcomes.map((failed) => (failed ? 'f' : 's')).join(''), ofLast);
          expect(recent ?? 0).toBeLessThan(2 ** 50);
          const failed = outcomes.slice(-ofLast).filter(Boolean).length;
          const spent = isBudgetSpent(job({ pauseAfter: { failures, ofLast }, ...withFailures(recent) }));
          expect(spent).toBe(failed >= failures);
        },
      ),
    );
  });

  it('keeps nothing while all runs succeed', () => {
    expect(after('sss', 5)).toBeUndefined();
    expect(after('fsss', 3)).toBeUndefined();
  });

  it.each([
    ['f', 1, 1, 'the last run failed (failure budget: 1)'],
    ['sfff', 3, 3, 'the last 3 runs failed (failure budget: 3 in a row)'],
    ['fff', 3, 5, 'the last 3 runs failed (failure budget: 3 of 5)'],
    ['fsfsf', 3, 5, '3 of the last 5 runs failed (failure budget: 3 of 5)'],
    ['sffsf', 3, 5, '3 of the last 4 runs failed (failure budget: 3 of 5)'],
  ])('says over how many runs the failures are spread: %s', (outcomes, failures, ofLast, reason) => {
    const spent = job({ pauseAfter: { failures, ofLast }, ...withFailures(after(outcomes, ofLast)) });
    expect(spentReason(spent)).toBe(reason);
  });

  it('pauses only an active job that has one', () => {
    const spent = job({ pauseAfter: { failures: 1, ofLast: 1 }, recentFailures: 1 });
    expect(isBudgetSpent(spent)).toBe(true);
    expect(isBudgetSpent({ ...spent, status: 'paused' })).toBe(false);
    expect(isBudgetSpent(job({ recentFailures: 1 }))).toBe(false);
  });
});
