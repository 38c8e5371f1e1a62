import { describe, expect, it } from 'vitest';
import type { JobDefinition } from '../../src/core/model/job.ts';
import {
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  settlement,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

const FAILED = failed('the disk is full', true);

export function failureBudgetContract(makeStore: MakeStore): void {
  // Promises P14, pause; P23, failure budget.
  describe('failure budget', () => {
    const t = useStore(makeStore);
    const create = (ofLast: number, more: Partial<JobDefinition> = {}) =>
      t.create('a', { schedule: ON_DEMAND, pauseAfter: { failures: 2, ofLast }, ...more });
    const runOnce = async (outcome = FAILED) => {
      await t.trigger('a');
      return t.settleAll((await t.claim()).runs, outcome);
    };
    const pauses = async () =>
      (await t.store.listAudit({ limit: 10, action: 'job.pause' })).filter(({ target }) => target === 'a');

    it('the transaction that uses it up pauses the job, and says so in the job, the audit log and the answer', async () => {
      await create(3);
      for (const outcome of [FAILED, SUCCEEDED]) expect(await runOnce(outcome)).not.toHaveProperty('paused');
      t.clock.advance(MINUTE);
      const { paused } = await runOnce();
      const reason = '2 of the last 3 runs failed (failure budget: 2 of 3)';
      const pause = { at: T0 + MINUTE, by: 'engine', reason };
      expect(paused).toEqual([{ jobId: 'a', pause }]);
      await t.reopen();
      expect(await t.job('a')).toMatchObject({ status: 'paused', pause });
      expect(await pauses()).toMatchObject([
        { actor: 'engine', target: 'a', at: T0 + MINUTE, change: JSON.stringify({ reason }) },
      ]);
    });

    it('failures that are far apart do not pause the job', async () => {
      await create(3);
      for (const outcome of [FAILED, SUCCEEDED, SUCCEEDED, FAILED, SUCCEEDED]) await runOnce(outcome);
      expect(await t.job('a')).toMatchObject({ status: 'active' });
    });

    it('a retry uses up nothing; cancelled runs count neither way', async () => {
      await create(2, { maxAttempts: 3 });
      await runOnce();
      await t.trigger('a');
      const retried = await t.claimOne();
      expect(await t.settle(retried, failed())).toMatchObject({ kind: 'waiting' });
      await t.store.cancelRun({ runId: retried.id, force: false });
      expect(await t.job('a')).toMatchObject({ status: 'active' });
      expect((await runOnce()).paused).toMatchObject([
        { pause: { reason: 'the last 2 runs failed (failure budget: 2 in a row)' } },
      ]);
    });

    it('waiting runs are held until the resume, and running runs finish', async () => {
      await create(2, { overlap: 'allow' });
      for (let n = 0; n < 4; n += 1) await t.trigger('a');
      const { runs } = await t.claim(3);
      const [first, second, third] = runs.map((run) => required(run));
      const now = t.clock.now();
      const batch = [first, second].map((run) => settlement(required(run), FAILED, now));
      expect(await t.store.settle(batch)).toMatchObject({ paused: [{ jobId: 'a' }] });
      expect((await t.claim()).runs).toEqual([]);
      expect(await t.settle(required(third), FAILED)).toMatchObject({ kind: 'finished', status: 'failed' });
      expect(await pauses()).toHaveLength(1);
      await t.done('a', { kind: 'resume' });
      await t.settle(await t.claimOne(), SUCCEEDED);
    });

    it('a queued run is not let go by the failure that pauses the job', async () => {
      await create(2, { overlap: 'queue' });
      await runOnce();
      for (let n = 0; n < 2; n += 1) await t.trigger('a');
      await t.settle(await t.claimOne(), FAILED);
      expect(await t.job('a')).toMatchObject({ status: 'paused' });
      expect((await t.claim()).runs).toEqual([]);
      expect(await t.runs()).toMatchObject([{ held: 'pause' }, {}, {}]);
    });

    it('a resume gives the whole budget again, and so does another budget', async () => {
      await create(2);
      for (let n = 0; n < 2; n += 1) await runOnce();
      await t.done('a', { kind: 'resume' });
      await runOnce();
      expect(await t.job('a')).toMatchObject({ status: 'active' });
      await t.edit('a', { pauseAfter: { failures: 2, ofLast: 5 } });
      await runOnce();
      expect(await t.job('a')).toMatchObject({ status: 'active' });
      await t.edit('a', { name: 'The budget stays the same' });
      await runOnce();
      expect(await t.job('a')).toMatchObject({ status: 'paused' });
      expect(await pauses()).toHaveLength(2);
    });

    it('a run that is lost counts as failed', async () => {
      await create(1, { pauseAfter: { failures: 1, ofLast: 1 } });
      await t.trigger('a');
      let paused: unknown;
      for (let n = 0; n < 10 && paused === undefined; n += 1) {
        await t.claim(1, 0, 'dead');
        ({ paused } = await t.store.recover({ node: 'other' }));
        t.clock.advance(HOUR);
      }
      expect(paused).toMatchObject([{ jobId: 'a', pause: { by: 'engine' } }]);
      expect(await t.job('a')).toMatchObject({ status: 'paused' });
      expect(await pauses()).toHaveLength(1);
    });

    it('slots that are due at the pause become runs, which it holds', async () => {
      await create(1, {
        schedule: { kind: 'interval', interval: '1m', everyMs: MINUTE, mode: 'fixed_rate' },
        pauseAfter: { failures: 1, ofLast: 1 },
      });
      await t.trigger('a');
      const run = await t.claimOne();
      t.clock.advance(MINUTE + SECOND);
      await t.settle(run, FAILED);
      const job = await t.job('a');
      expect(job).toMatchObject({ status: 'paused', lastSlotAt: T0 + MINUTE });
      expect(job).not.toHaveProperty('nextRunAt');
      expect(await t.runs()).toMatchObject([{ scheduledFor: T0 + MINUTE, held: 'pause' }, {}]);
      t.clock.advance(10 * MINUTE);
      expect(await t.plan()).toMatchObject({ queued: [], skipped: [] });
    });

    it('a job whose only time has passed finishes, and is not paused', async () => {
      await create(1, {
        schedule: { kind: 'run_at', runAt: T0 + MINUTE },
        pauseAfter: { failures: 1, ofLast: 1 },
      });
      t.clock.advance(MINUTE);
      await t.plan();
      expect(
        await t.store.settle([settlement(await t.claimOne(), FAILED, t.clock.now())]),
      ).not.toHaveProperty('paused');
      expect(await t.job('a')).toMatchObject({ status: 'finished' });
    });

    it('failures that are settled at once pause the job once', async () => {
      await create(2, { overlap: 'allow' });
      for (let n = 0; n < 8; n += 1) await t.trigger('a');
      const { runs } = await t.claim();
      const settle = (one: (typeof runs)[number]) => async () => {
        // Another transaction may have locked the job: then the settlement is asked for again.
        for (;;) {
          const answer = await t.store.settle([settlement(one, FAILED, t.clock.now())]);
          if (answer.results[0]?.kind !== 'later') return answer.paused ?? [];
        }
      };
      const paused = await Promise.all(runs.map((one) => settle(one)()));
      expect(paused.flat()).toHaveLength(1);
      expect(await pauses()).toHaveLength(1);
      expect(await t.store.countHealth({ handlers: TYPES })).toMatchObject({ counts: { failing: 1 } });
    });
  });
}
