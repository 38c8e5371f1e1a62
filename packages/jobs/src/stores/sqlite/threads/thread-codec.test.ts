import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../core/model/job.ts';
import type { Outcome } from '../../../core/rules/settle.ts';
import type { ClaimedRun, ClaimResult, PlanResult, SettleInput } from '../../../core/store/store-passes.ts';
import { packPlan, packSettlements, unpackPlan, unpackSettlements } from './thread-codec.ts';

const number = fc.maxSafeNat();
const id = number.map(String);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '"\\\0', '{}'));
const noNullPrototype = true;

/** All fields, so that a new field that is not packed does not compile here. */
type AllOf<T> = { readonly [K in keyof Required<T>]: fc.Arbitrary<Exclude<T[K], undefined>> };

describe('what passes tell crosses the threads as it is', () => {
  it('settlements', () => {
    const fields: AllOf<SettleInput> = {
      runId: id,
      fence: number,
      outcome: fc.constantFrom<Outcome>(
        { kind: 'succeeded' },
        { kind: 'succeeded', result: '{"a":1}' },
        { kind: 'given_back' },
        {
          kind: 'failed',
          permanent: true,
          error: { attempt: 1, at: 2, reason: 'error', name: 'E', message: 'm' },
        },
      ),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
      finishedAt: number,
      startedAt: number,
      jobVersion: number,
      progress: fc.record({ done: number }, { noNullPrototype }),
      logs: fc.array(
        fc.record({ at: number, level: fc.constant('info' as const), message: text }, { noNullPrototype }),
      ),
      isSaved: fc.constant(true as const),
      isCompleting: fc.constant(true as const),
    };
    const settlement: fc.Arbitrary<SettleInput> = fc.record(fields, {
      requiredKeys: ['runId', 'fence', 'outcome', 'random', 'finishedAt'],
      noNullPrototype,
    });
    fc.assert(
      fc.property(fc.array(settlement), (batch) => {
        const arrived = unpackSettlements(structuredClone(packSettlements(batch)));
        expect(arrived.map((one) => ({ ...one, runId: String(one.runId) }))).toStrictEqual(batch);
      }),
    );
  });

  it('plans and their claims', () => {
    // All fields of a job are packed in the same way, so a few are enough. The length of texts decides the
    // way.
    const payload = fc.oneof(text, fc.string({ minLength: 150, maxLength: 250 }));
    const job = fc
      .record(
        { uid: id, name: text, description: text, payload, nextRunAt: number },
        { requiredKeys: ['name', 'description', 'payload'], noNullPrototype },
      )
      .map((fields) => fields as Job);
    const runFields: AllOf<ClaimedRun> = {
      id,
      job: number,
      fence: number,
      attempt: number,
      availableAt: number,
      started: fc.boolean(),
      catchUp: fc.boolean(),
      missed: number,
      scheduledFor: number,
      payload: text,
      trace: text,
      expiresAt: number,
      hasPriority: fc.constant(true as const),
      trigger: fc.constantFrom('schedule', 'manual', 'chain'),
    };
    const run = fc.record(runFields, {
      requiredKeys: ['id', 'job', 'fence', 'attempt', 'availableAt', 'started', 'catchUp', 'missed'],
      noNullPrototype,
    });
    const claimed: fc.Arbitrary<ClaimResult> = fc.record(
      { now: number, jobs: fc.array(job), runs: fc.array(run), nextDueAt: number },
      { requiredKeys: ['now', 'jobs', 'runs'], noNullPrototype },
    );
    const plannedRun = fc.record(
      { id, jobId: text, jobUid: id, scheduledFor: number },
      { requiredKeys: ['id', 'jobId', 'jobUid'], noNullPrototype },
    );
    const plan: fc.Arbitrary<PlanResult> = fc.record(
      {
        now: number,
        queued: fc.array(plannedRun),
        skipped: fc.array(plannedRun),
        failed: fc.array(fc.record({ jobId: text, message: text }, { noNullPrototype })),
        more: fc.boolean(),
        nextWakeAt: number,
        claimed,
      },
      { requiredKeys: ['now', 'queued', 'skipped', 'failed', 'more'], noNullPrototype },
    );
    fc.assert(
      fc.property(plan, (result) => {
        expect(unpackPlan(structuredClone(packPlan(result)))).toStrictEqual(result);
      }),
    );
  });
});
