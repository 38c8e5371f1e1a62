import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveRun } from '../../src/core/model/run.ts';
import { completedRun, endWithCompletion } from '../../src/core/rules/completion.ts';
import { type Outcome, settleRun } from '../../src/core/rules/settle.ts';
import { definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const { job } = new Simulation(definition(every(3_600_000)), T0);
const run: LiveRun = {
  id: '9',
  jobUid: '1',
  trigger: 'schedule',
  scheduledFor: T0,
  catchUp: false,
  missed: 0,
  queuedAt: T0,
  status: 'running',
  held: 'no',
  availableAt: T0,
  claim: { node: 'n', fence: 1 },
  startedAt: T0,
  failures: 0,
  recoveries: 0,
  errors: [],
};
const error = { attempt: 1, at: T0, reason: 'error', name: 'Error', message: 'mine' } as const;
const OUTCOMES: readonly Outcome[] = [
  { kind: 'succeeded', result: '"returned"' },
  { kind: 'failed', error, permanent: true },
  { kind: 'failed', error: { ...error, reason: 'timeout' }, permanent: false },
  { kind: 'cancelled' },
  { kind: 'given_back' },
  { kind: 'lost' },
];
const at = { now: T0 + 9, random: 0.5 };
const endOf = (outcome: Outcome) => ({ outcome, random: 0.5, startedAt: T0, finishedAt: T0 + 5 });

// Promise P31, completion.
describe("the end of a claim that its handler's transaction has decided", () => {
  it('a committed completion is a success with its result, whatever the handler did and people asked', () => {
    const runs = fc.record({
      cancel: fc.constantFrom(undefined, 'user', 'replaced', 'deleted'),
      failures: fc.nat({ max: 9 }),
      recoveries: fc.nat({ max: 9 }),
    });
    const results = fc.option(fc.constantFrom('"committed"', 'null'), { nil: undefined });
    fc.assert(
      fc.property(fc.constantFrom(...OUTCOMES), runs, results, (outcome, { cancel, ...more }, result) => {
        const live: LiveRun = { ...run, ...more, ...(cancel === undefined ? {} : { cancel }) };
        const completion = {
          startedAt: T0 + 1,
          finishedAt: T0 + 2,
          ...(result === undefined ? {} : { result }),
        };
        const end = endWithCompletion(live, endOf(outcome), completion);
        expect(end).toMatchObject({ startedAt: T0 + 1, finishedAt: T0 + 2 });
        const settlement = settleRun(job, live, end.outcome, at);
        expect(settlement).toMatchObject({
          kind: 'finished',
          status: 'succeeded',
          recoveries: more.recoveries,
        });
        expect('result' in settlement ? settlement.result : undefined).toBe(result);
        expect(completedRun(live, completion)).toMatchObject({
          status: 'succeeded',
          attempt: more.failures + 1,
        });
      }),
    );
  });

  it('R10: without one, a handler that returned has failed, and may be tried again', () => {
    const { outcome } = endWithCompletion({ ...run, failures: 1 }, endOf({ kind: 'succeeded' }), undefined);
    expect(outcome).toMatchObject({
      kind: 'failed',
      permanent: false,
      error: { name: 'NotCompletedError', attempt: 2, at: T0 + 5, reason: 'error' },
    });
  });

  it.each(OUTCOMES.slice(1))('without one, $kind stays as it is', (outcome) => {
    const end = endOf(outcome);
    expect(endWithCompletion(run, end, undefined)).toBe(end);
  });
});
