import { describe, expect, it } from 'vitest';
import type { FinishedRun } from '../../src/core/model/run.ts';
import type { Outcome } from '../../src/core/rules/settle.ts';
import type { SettleInput } from '../../src/core/store/store-passes.ts';
import {
  every,
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
  useStore,
} from './rig.ts';

export function settleContract(makeStore: MakeStore): void {
  // Promises P3, grid; P8, retries; P9, lost nodes; P10, fence; P17, clock. Lessons 13, history of each run;
  // 22, silent failures.
  describe('settlements', () => {
    const t = useStore(makeStore);

    const claimed = async (more: Parameters<typeof t.create>[1] = {}) => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', ...more });
      await t.trigger('a');
      return t.claimOne();
    };
    /** Claims of runs of one job, in order. */
    const claims = async (count: number) => {
      for (let n = 0; n < count; n++) await t.trigger('a');
      const { runs } = await t.claim();
      return (n: number) => required(runs[n]);
    };

    it('the last run of a job is the latest started one, though it waits for a retry or is cancelled then', async () => {
      const run = await claimed();
      expect(await t.settle(run, failed())).toMatchObject({ kind: 'waiting' });
      expect(await t.view('a')).toMatchObject({ lastRunAt: T0, lastStatus: 'failed', isRunning: false });
      expect(await t.job('a')).toMatchObject({ failedInRow: 0 });
      await t.store.cancelRun({ runId: run.id, force: false });
      expect(await t.view('a')).toMatchObject({ lastRunAt: T0 });
    });

    it('what ended first counts first, however it ended: a job that failed and then succeeded does not fail', async () => {
      await claimed({ maxAttempts: 1 });
      await t.trigger('a');
      await t.settleAll((await t.claim()).runs);
      await t.trigger('a');
      await t.trigger('a');
      const [first, second] = (await t.claim()).runs;
      const { results } = await t.store.settle([
        settlement(required(first), failed(), t.clock.now()),
        settlement(required(second), SUCCEEDED, t.clock.now()),
      ]);
      expect(results.map((result) => result.kind === 'finished' && result.status)).toEqual([
        'failed',
        'succeeded',
      ]);
      expect(await t.job('a')).toMatchObject({ failedInRow: 0, lastStatus: 'succeeded' });
      expect(await t.job('a')).not.toHaveProperty('failingSince');
    });

    it('a claim that is settled twice in a batch counts once', async () => {
      const run = await claimed();
      const once = settlement(run, SUCCEEDED, t.clock.now());
      const log = { at: T0, level: 'info', message: 'once' } as const;
      const { results } = await t.store.settle([
        { ...once, logs: [log] },
        { ...once, logs: [log] },
        { ...once, outcome: failed() },
      ]);
      expect(results).toEqual([
        { kind: 'finished', status: 'succeeded' },
        { kind: 'stale' },
        { kind: 'stale' },
      ]);
      expect(await t.store.getLogs(run.id)).toMatchObject([log]);
      expect((await t.store.stats({ hours: 1 })).hours).toMatchObject([{ status: 'succeeded', count: 1 }]);
    });

    it('a claim that another store of the same database made is settled as well', async () => {
      const run = await claimed();
      await t.reopen();
      expect(await t.settle(run, SUCCEEDED)).toEqual({ kind: 'finished', status: 'succeeded' });
      expect(await t.finished(run.id)).toMatchObject({ status: 'succeeded', attempt: 1, node: 'node-1' });
    });

    it('`fixed_delay` counts from the end of the run, not from when it was settled', async () => {
      await t.create('a', { schedule: every(MINUTE, { mode: 'fixed_delay' }) });
      t.clock.advance(MINUTE);
      await t.plan();
      const run = await t.claimOne();
      t.clock.advance(30 * SECOND);
      await t.settle(run, SUCCEEDED, { finishedAt: t.clock.now() - 25 * SECOND });
      expect(await t.job('a')).toMatchObject({ nextRunAt: T0 + 2 * MINUTE + 5 * SECOND });
    });

    it('a run that succeeded is kept complete with its result, and the job has it as its last run', async () => {
      const run = await claimed();
      const startedAt = t.clock.now();
      t.clock.advance(3 * SECOND);
      const { results } = await t.store.settle([
        {
          runId: run.id,
          fence: run.fence,
          outcome: { kind: 'succeeded', result: '{"removed":3}' },
          random: 0.5,
          startedAt,
          finishedAt: t.clock.now(),
          progress: { done: 3, total: 3, note: 'done' },
        },
      ]);
      expect(results).toEqual([{ kind: 'finished', status: 'succeeded' }]);
      const { uid } = await t.job('a');
      expect(await t.finished(run.id)).toEqual({
        id: run.id,
        jobUid: uid,
        trigger: 'manual',
        catchUp: false,
        missed: 0,
        queuedAt: T0,
        status: 'succeeded',
        attempt: 1,
        recoveries: 0,
        node: 'node-1',
        startedAt,
        finishedAt: t.clock.now(),
        progress: { done: 3, total: 3, note: 'done' },
        result: '{"removed":3}',
        errors: [],
        jobVersion: 1,
      });
      expect(await t.job('a')).toMatchObject({
        lastRunAt: startedAt,
        lastStatus: 'succeeded',
        lastSuccessAt: startedAt,
        lastEndAt: t.clock.now(),
        failedInRow: 0,
      });
    });

    it('a run that succeeded without result, log or progress is kept complete', async () => {
      const run = await claimed();
      const { id, jobUid, trigger, catchUp, missed, queuedAt, recoveries, errors } = await t.live(run.id);
      const startedAt = t.clock.now() + SECOND;
      t.clock.advance(3 * SECOND);
      const finishedAt = t.clock.now() - SECOND;
      await t.settle(run, SUCCEEDED, { startedAt, finishedAt });
      const was = { id, jobUid, trigger, catchUp, missed, queuedAt, recoveries, errors };
      const became = {
        status: 'succeeded',
        attempt: 1,
        node: 'node-1',
        startedAt,
        finishedAt,
        jobVersion: 1,
      };
      expect(await t.finished(id)).toEqual({ ...was, ...became });
    });

    it.each([{ payload: '{"n":1}' }, { retryOf: '17' }])(
      'a run that succeeded without a result keeps %o of its trigger',
      async (asked) => {
        await t.create('a', { schedule: ON_DEMAND });
        await t.done('a', { kind: 'trigger', ...asked });
        const run = await t.claimOne();
        await t.settle(run, SUCCEEDED);
        expect(await t.finished(run.id)).toMatchObject({ status: 'succeeded', ...asked });
      },
    );

    it.each<[string, Outcome, Partial<SettleInput>, Partial<FinishedRun>]>([
      ['its result', { kind: 'succeeded', result: '3' }, {}, { result: '3' }],
      ['its progress', SUCCEEDED, { progress: { done: 1, total: 2 } }, { progress: { done: 1, total: 2 } }],
    ])('a run that succeeded without a result keeps %s', async (_what, outcome, more, kept) => {
      const run = await claimed();
      await t.settle(run, outcome, more);
      expect(await t.finished(run.id)).toMatchObject({ status: 'succeeded', ...kept });
    });

    it('a run that succeeded without a result after a failure keeps the error', async () => {
      const run = await claimed({ backoff: { initialMs: SECOND, factor: 1, maxMs: SECOND, jitter: 0 } });
      await t.settle(run, failed('no luck'));
      t.clock.advance(SECOND);
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await t.finished(run.id)).toMatchObject({
        status: 'succeeded',
        attempt: 2,
        errors: [{ message: 'no luck' }],
      });
    });

    it('an end that is written late is not the latest one', async () => {
      await t.create('a', { schedule: every(HOUR, { mode: 'fixed_delay' }), overlap: 'allow' });
      const claim = await claims(2);
      t.clock.advance(MINUTE);
      await t.settle(claim(1), SUCCEEDED);
      await t.settle(claim(0), SUCCEEDED, { finishedAt: T0 + SECOND });
      expect(await t.job('a')).toMatchObject({ lastEndAt: T0 + MINUTE, nextRunAt: T0 + MINUTE + HOUR });
    });

    it('an end that is written late does not change the job’s failures if a later end has been written', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 1 });
      const claim = await claims(4);
      t.clock.advance(MINUTE);
      const at = (finishedAt: number) => ({ startedAt: T0, finishedAt });
      await t.settle(claim(0), SUCCEEDED, at(T0 + 2 * SECOND));
      await t.settle(claim(1), failed(), at(T0 + SECOND));
      expect(await t.job('a')).toMatchObject({ failedInRow: 0 });
      await t.settle(claim(2), failed(), at(T0 + 4 * SECOND));
      await t.settle(claim(3), SUCCEEDED, at(T0 + 3 * SECOND));
      expect(await t.job('a')).toMatchObject({ failedInRow: 1, lastEndAt: T0 + 4 * SECOND });
    });

    it('after the clock has jumped back, the next run that ends is the latest', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 1 });
      const claim = await claims(2);
      t.clock.advance(HOUR);
      await t.settle(claim(0), failed(), { startedAt: T0 + HOUR, finishedAt: T0 + HOUR });
      t.clock.set(T0 + MINUTE);
      const startedAt = T0 + MINUTE - SECOND;
      await t.settle(claim(1), SUCCEEDED, { startedAt, finishedAt: T0 + MINUTE });
      expect(await t.job('a')).toMatchObject({
        failedInRow: 0,
        lastEndAt: T0 + MINUTE,
        lastRunAt: startedAt,
        lastSuccessAt: startedAt,
        lastStatus: 'succeeded',
      });
    });

    it('after the clock has jumped back, the next run that starts is the last run', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const claim = await claims(1);
      t.clock.advance(HOUR);
      await t.settle(claim(0), SUCCEEDED, { startedAt: T0 + HOUR });
      t.clock.set(T0 + MINUTE);
      await claims(1);
      expect(await t.view('a')).toMatchObject({ lastRunAt: T0 + MINUTE, lastStatus: 'running' });
    });

    it('a stale claim cannot settle, and writes nothing', async () => {
      const run = await claimed();
      await t.store.recover({ node: 'node-2' });
      const again = await t.claimOne('node-2');
      expect(await t.settle(run, SUCCEEDED, { logs: [{ at: T0, level: 'info', message: 'late' }] })).toEqual({
        kind: 'stale',
      });
      expect(await t.live(run.id)).toMatchObject({ claim: { node: 'node-2', fence: again.fence } });
      expect(await t.store.getLogs(run.id)).toEqual([]);
      expect(await t.settle(again, SUCCEEDED)).toMatchObject({ kind: 'finished' });
    });

    it('a stale claim cannot settle after a restart either', async () => {
      const run = await claimed();
      await t.store.recover({ node: 'node-2' });
      const again = await t.claimOne('node-2');
      await t.reopen();
      expect(await t.settle(run, SUCCEEDED)).toEqual({ kind: 'stale' });
      expect(await t.settle(again, SUCCEEDED)).toMatchObject({ kind: 'finished' });
    });

    it('a run settles once: the second settlement is stale', async () => {
      const run = await claimed();
      await t.settle(run, SUCCEEDED);
      expect(await t.settle(run, failed())).toEqual({ kind: 'stale' });
      expect(await t.finished(run.id)).toMatchObject({ status: 'succeeded' });
    });

    it('an unknown run is stale', async () => {
      const run = await claimed();
      expect(await t.settle({ ...run, id: '42' }, SUCCEEDED)).toEqual({ kind: 'stale' });
    });

    it('each of a batch gets its own answer, in order', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 3; n += 1) await t.trigger('a');
      const { runs } = await t.claim();
      const [first, second, third] = runs.map((run) => settlement(run, SUCCEEDED, T0));
      const { results } = await t.store.settle([
        required(first),
        { ...required(second), fence: 1 },
        { ...required(third), outcome: failed('broken', true) },
      ]);
      expect(results).toEqual([
        { kind: 'finished', status: 'succeeded' },
        { kind: 'stale' },
        { kind: 'finished', status: 'failed', reason: 'error' },
      ]);
    });

    it('a failed attempt is retried after its backoff, and every error is kept', async () => {
      const run = await claimed();
      expect(await t.settle(run, failed('first'))).toEqual({
        kind: 'waiting',
        availableAt: T0 + 10 * SECOND,
        failures: 1,
      });
      const waiting = await t.live(run.id);
      expect(waiting).toMatchObject({
        status: 'queued',
        held: 'no',
        failures: 1,
        availableAt: T0 + 10 * SECOND,
      });
      expect(waiting).not.toHaveProperty('claim');
      expect(waiting).not.toHaveProperty('startedAt');
      t.clock.advance(10 * SECOND);
      expect(await t.settle(await t.claimOne(), failed('second'))).toMatchObject({
        availableAt: T0 + 30 * SECOND,
        failures: 2,
      });
      t.clock.advance(20 * SECOND);
      expect(await t.settle(await t.claimOne(), failed('third'))).toEqual({
        kind: 'finished',
        status: 'failed',
        reason: 'error',
      });
      const { errors, attempt, reason } = await t.finished(run.id);
      expect(errors.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
      expect({ attempt, reason }).toEqual({ attempt: 3, reason: 'error' });
    });

    it('a permanent error fails the run now', async () => {
      const run = await claimed();
      expect(await t.settle(run, failed('no such address', true))).toEqual({
        kind: 'finished',
        status: 'failed',
        reason: 'error',
      });
    });

    it('under `skip`, a retry that would meet the next slot is not made', async () => {
      await t.create('a', { schedule: every(10 * SECOND) });
      t.clock.advance(10 * SECOND);
      await t.plan();
      const run = await t.claimOne();
      expect(await t.settle(run, failed())).toEqual({ kind: 'finished', status: 'failed', reason: 'error' });
      t.clock.advance(10 * SECOND);
      expect((await t.plan()).queued).toHaveLength(1);
    });

    it('failed runs in a row are counted, and a success ends them', async () => {
      const fails = async () => {
        await t.trigger('a');
        t.clock.advance(SECOND);
        await t.settle(await t.claimOne(), failed('x', true));
      };
      await t.create('a', { schedule: ON_DEMAND });
      await fails();
      await fails();
      expect(await t.job('a')).toMatchObject({
        failedInRow: 2,
        failingSince: T0 + SECOND,
        lastStatus: 'failed',
      });
      expect((await t.view('a')).health).toMatchObject({ status: 'failing', since: T0 + SECOND });
      await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      const job = await t.job('a');
      expect(job.failedInRow).toBe(0);
      expect(job).not.toHaveProperty('failingSince');
      expect((await t.view('a')).health).toEqual({ status: 'ok' });
    });

    it('a claim given back costs nothing and can be claimed at once', async () => {
      const run = await claimed();
      const result = await t.store.settle([settlement(run, { kind: 'given_back' }, t.clock.now())]);
      expect(result).toEqual({ results: [{ kind: 'waiting', availableAt: T0, failures: 0 }], wake: true });
      expect(await t.claimOne()).toMatchObject({ id: run.id, attempt: 1 });
    });

    it('a run that never started leaves no start behind', async () => {
      const { id, fence } = await claimed();
      await t.store.settle([
        { runId: id, fence, outcome: failed('payload', true), random: 0, finishedAt: T0 },
      ]);
      expect(await t.finished(id)).toMatchObject({ status: 'failed', startedAt: T0 });
    });

    it('a prefetched run settles though its start was never written', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const { runs } = await t.claim(0, 1);
      const run = required(runs[0]);
      t.clock.advance(5);
      await t.settle(run, SUCCEEDED, { startedAt: T0 + 2, finishedAt: T0 + 4 });
      expect(await t.finished(run.id)).toMatchObject({ startedAt: T0 + 2, finishedAt: T0 + 4, attempt: 1 });
    });

    it('the settlement that ends a `fixed_delay` run sets the next one, and asks to be planned', async () => {
      await t.create('a', { schedule: every(HOUR, { mode: 'fixed_delay' }) });
      await t.trigger('a');
      const { runs } = await t.claim();
      t.clock.advance(5 * MINUTE);
      expect(await t.settleAll(runs)).toMatchObject({ wake: true });
      expect((await t.job('a')).nextRunAt).toBe(T0 + 5 * MINUTE + HOUR);
    });

    it('a settlement that releases no run wakes no node', async () => {
      const run = await claimed();
      const { wake } = await t.store.settle([settlement(run, SUCCEEDED, T0)]);
      expect(wake).toBe(false);
    });

    it('the last run of a job is the one that started last, whatever the order of the settlements', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.trigger('a');
      const first = await t.claimOne();
      t.clock.advance(MINUTE);
      await t.trigger('a');
      const second = await t.claimOne();
      await t.settle(second, failed('x', true), { startedAt: T0 + MINUTE });
      await t.settle(first, SUCCEEDED, { startedAt: T0 });
      expect(await t.job('a')).toMatchObject({ lastRunAt: T0 + MINUTE, lastStatus: 'failed' });
    });

    it('many jobs settle in one batch, each on its own', async () => {
      for (let n = 0; n < 30; n += 1) {
        await t.create(`job-${n}`);
      }
      t.clock.advance(MINUTE);
      await t.plan();
      const { runs, jobs } = await t.claim();
      await t.store.settle(
        runs.map((run, index) =>
          settlement(run, index % 2 === 0 ? SUCCEEDED : failed('x', true), t.clock.now()),
        ),
      );
      for (const [index, run] of runs.entries()) {
        const job = await t.job(required(jobs[run.job]).id);
        expect(job.lastStatus).toBe(index % 2 === 0 ? 'succeeded' : 'failed');
      }
    });

    it('an empty batch is no work', async () => {
      expect(await t.store.settle([])).toEqual({ results: [], wake: false });
    });
  });
}
