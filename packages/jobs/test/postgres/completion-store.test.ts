import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import type { CompletionInput } from '../../src/core/model/completion.ts';
import type { ClaimedRun } from '../../src/core/store/store-passes.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { DAY, failed, MINUTE, ON_DEMAND, required, SUCCEEDED, T0, useStore } from '../store-contract/rig.ts';
import { testNodes } from './test-nodes.ts';

const nodes = testNodes('completion');
const RETENTION = { finishedPerJob: 9, skippedPerJob: 9, maxAgeMs: DAY, countsMaxAgeMs: DAY };

// Promise P31, completion. The ids are rows of decision 41.
describe.each([true, false])("a completion in its handler's transaction; shortcuts: %s", (on) => {
  const t = useStore(async (startMs) => {
    const clock = createFakeClock(startMs);
    const shortcuts = on ? {} : { moveSucceeded: false };
    return {
      clock,
      maxLiveRuns: 100,
      maxRunsPutOff: 100,
      createStore: () => createPostgresStore({ url: nodes.url(), clock, ownClock: true, shortcuts }),
      dispose: async () => undefined,
    };
  });

  // They hold locks that the cleaning of the database waits for.
  const clients: pg.Client[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.end())));
  const begin = async (how = '') => {
    const client = new pg.Client({ connectionString: nodes.url() });
    await client.connect();
    clients.push(client);
    await client.query(`BEGIN ${how}`);
    return client;
  };
  const claimed = async (more = {}, node = 'dead') => {
    await t.create('a', { schedule: ON_DEMAND, overlap: 'queue', ...more });
    await t.trigger('a');
    return t.claimOne(node);
  };
  const complete = (tx: pg.Client, { id: runId, fence }: ClaimedRun, more: Partial<CompletionInput> = {}) => {
    const inside = required(t.store.within?.(tx));
    return inside.completeRun({ runId, fence, node: 'dead', startedAt: T0, result: '{"n":1}', ...more });
  };
  /** Completes a run, and commits. */
  const completed = async (run: ClaimedRun, more: Partial<CompletionInput> = {}) => {
    const tx = await begin();
    expect(await complete(tx, run, more)).toBe('completed');
    await tx.query('COMMIT');
  };
  const left = async () => (await nodes.rows('SELECT run_id FROM greenvue_jobs.completions')).length;

  it('R12: a node that died after the commit leaves a run that has succeeded', async () => {
    const run = await claimed({ maxAttempts: 1 });
    await t.create('next', { schedule: { kind: 'after', job: 'a', on: 'succeeded' }, overlap: 'queue' });
    const waiting = await t.trigger('a');
    t.clock.advance(MINUTE);
    await completed(run);
    t.clock.advance(MINUTE);
    expect(await t.store.recover({ node: 'node-2', withEnded: true })).toMatchObject({
      recovered: 0,
      failed: 0,
      ended: [{ runId: run.id, jobId: 'a', status: 'succeeded' }],
    });
    expect(await t.finished(run.id)).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      recoveries: 0,
      startedAt: T0,
      finishedAt: T0 + MINUTE,
      result: '{"n":1}',
      errors: [],
    });
    expect(await t.job('a')).toMatchObject({ failedInRow: 0, lastSuccessAt: T0 });
    // The room is free, and the end starts the chain.
    expect((await t.claimOne('node-2')).id).toBe(waiting.id);
    await t.store.plan({ types: { noop: 1 }, limit: 9, startsChains: 'all' });
    expect(await t.runs({ jobId: 'next' })).toHaveLength(1);
    expect(await left()).toBe(0);
  });

  it('R12: the same holds for a claim whose reply was lost', async () => {
    const run = await claimed();
    await completed(run, { result: undefined } as never);
    expect(await t.store.reconcile({ node: 'dead', holds: [] })).toMatchObject({ givenBack: 0, left: 0 });
    const finished = await t.finished(run.id);
    expect(finished).toMatchObject({ status: 'succeeded' });
    expect(finished).not.toHaveProperty('result');
  });

  it.each([
    ['returns another result', { kind: 'succeeded', result: '{"n":2}' }],
    ['throws', failed()],
    ['throws what no retry mends', failed('no', true)],
    ['stops for a shutdown', { kind: 'given_back' }],
  ] as const)(
    'R14: a handler that then %s has succeeded with the result of the transaction',
    async (_, outcome) => {
      const run = await claimed();
      await completed(run);
      const result = await t.settle(run, outcome, { isCompleting: true });
      expect(result).toMatchObject({
        kind: 'finished',
        status: 'succeeded',
        outcome: { kind: 'succeeded', result: '{"n":1}' },
      });
      expect(await t.finished(run.id)).toMatchObject({ status: 'succeeded', result: '{"n":1}', errors: [] });
      expect(await t.job('a')).toMatchObject({ failedInRow: 0 });
      expect(await left()).toBe(0);
    },
  );

  it('R10: a handler that returns after a rollback has failed, and is tried again', async () => {
    const run = await claimed();
    const tx = await begin();
    expect(await complete(tx, run)).toBe('completed');
    await tx.query('ROLLBACK');
    const result = await t.settle(run, SUCCEEDED, { isCompleting: true });
    const error = { reason: 'error', name: 'NotCompletedError', attempt: 1 };
    expect(result).toMatchObject({ kind: 'waiting', failures: 1, outcome: { kind: 'failed', error } });
    expect(await t.live(run.id)).toMatchObject({ failures: 1, errors: [error] });
    t.clock.advance(MINUTE);
    const second = await t.claimOne('dead');
    await completed(second);
    expect(await t.settle(second, SUCCEEDED, { isCompleting: true })).toMatchObject({ status: 'succeeded' });
  });

  it('R10: a handler that throws after a rollback has failed with its error', async () => {
    const run = await claimed();
    const tx = await begin();
    await complete(tx, run);
    await tx.query('ROLLBACK');
    expect(await t.settle(run, failed('mine'), { isCompleting: true })).not.toHaveProperty('outcome');
    expect(await t.live(run.id)).toMatchObject({ errors: [{ message: 'mine' }] });
  });

  it('nothing settles the run or takes it back while the transaction is open', async () => {
    const run = await claimed();
    const tx = await begin();
    await complete(tx, run);
    expect(await t.settle(run, SUCCEEDED, { isCompleting: true })).toEqual({ kind: 'later' });
    expect(await t.store.reconcile({ node: 'dead', holds: [] })).toMatchObject({ givenBack: 0, left: 1 });
    const since = performance.now();
    expect(await t.store.recover({ node: 'node-2' })).toMatchObject({ recovered: 0, failed: 0 });
    expect(performance.now() - since).toBeLessThan(1_000);
    await tx.query('COMMIT');
    expect(await t.settle(run, SUCCEEDED, { isCompleting: true })).toMatchObject({ status: 'succeeded' });
  });

  it('the open transaction delays no report, no edit and no slot of its job', async () => {
    const run = await claimed({
      overlap: 'cancel_previous',
      schedule: { kind: 'interval', interval: '1m', everyMs: MINUTE, mode: 'fixed_rate' },
    });
    const tx = await begin();
    await complete(tx, run);
    const since = performance.now();
    const { id: runId, fence } = run;
    await t.store.report([{ runId, fence, startedAt: T0, progress: { done: 1 } }]);
    await t.edit('a', { name: 'New' });
    t.clock.advance(MINUTE);
    await t.plan();
    expect(await t.live(runId)).toMatchObject({ cancel: 'replaced', jobVersion: 1, progress: { done: 1 } });
    expect(performance.now() - since).toBeLessThan(1_500);
    await tx.query('COMMIT');
    expect(await t.settle(run, { kind: 'cancelled' }, { isCompleting: true })).toMatchObject({
      status: 'succeeded',
    });
  });

  it('R9: after a cancel, it is refused, and the transaction can only roll back', async () => {
    const run = await claimed();
    await t.store.cancelRun({ runId: run.id, force: false });
    const tx = await begin();
    await tx.query('CREATE TEMP TABLE effects (id integer)');
    expect(await complete(tx, run)).toBe('cancelled');
    await expect(tx.query('INSERT INTO effects VALUES (1)')).rejects.toMatchObject({ code: '25P02' });
    expect((await tx.query('COMMIT')).command).toBe('ROLLBACK');
    expect(await t.settle(run, SUCCEEDED, { isCompleting: true })).toMatchObject({ status: 'cancelled' });
  });

  it.each([true, false])(
    'R9: a cancel after the commit finds a run that has succeeded; by force: %s',
    async (force) => {
      const run = await claimed();
      await completed(run);
      const finished = { id: run.id, status: 'succeeded', result: '{"n":1}' };
      expect(await t.store.cancelRun({ runId: run.id, force })).toMatchObject({
        kind: 'finished',
        run: finished,
      });
      expect(await t.settle(run, SUCCEEDED, { isCompleting: true })).toMatchObject({ status: 'succeeded' });
    },
  );

  it('R9: a cancel waits for the end of the transaction', async () => {
    const run = await claimed();
    const tx = await begin();
    await complete(tx, run);
    const asked = t.store.cancelRun({ runId: run.id, force: true });
    await expect
      .poll(() =>
        nodes.rows(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        ),
      )
      .toHaveLength(1);
    await tx.query('COMMIT');
    expect(await asked).toMatchObject({ kind: 'finished', run: { status: 'succeeded' } });
  });

  it('R11: a stale claim is refused, and the transaction can only roll back', async () => {
    const run = await claimed();
    await t.store.recover({ node: 'node-2' });
    const tx = await begin();
    expect(await complete(tx, run)).toBe('stale');
    expect((await tx.query('COMMIT')).command).toBe('ROLLBACK');
    const second = await t.claimOne('node-2');
    const other = await begin();
    expect(await complete(other, run)).toBe('stale');
    expect(await t.settle(second, SUCCEEDED)).toMatchObject({ status: 'succeeded' });
  });

  it('R13: a claim of another node is refused, as in a copy of the database', async () => {
    const run = await claimed();
    expect(await complete(await begin(), run, { node: 'elsewhere' })).toBe('stale');
  });

  it('a second call is refused, in the same transaction and in a later one', async () => {
    const run = await claimed();
    const tx = await begin();
    expect(await complete(tx, run)).toBe('completed');
    expect(await complete(tx, run)).toBe('already');
    expect((await tx.query('COMMIT')).command).toBe('ROLLBACK');
    await completed(run);
    expect(await complete(await begin(), run)).toBe('already');
  });

  it('a later attempt can not complete a run again, even if an old node has put it back', async () => {
    const run = await claimed();
    await completed(run);
    // As a node of an earlier version does, which knows no completions.
    await nodes.rows(
      "UPDATE greenvue_jobs.live_runs SET status = 'queued', node = NULL, fence = NULL, started_at = NULL",
    );
    const second = await t.claimOne('dead');
    expect(await complete(await begin(), second)).toBe('already');
    expect(await t.settle(second, failed(), { isCompleting: true })).toMatchObject({ status: 'succeeded' });
    expect(await t.finished(run.id)).toMatchObject({ result: '{"n":1}' });
  });

  it.each(['REPEATABLE READ', 'SERIALIZABLE'])(
    'in %s, a claim that was lost meanwhile is refused, and the transaction can only roll back',
    async (level) => {
      const run = await claimed();
      const tx = await begin(`ISOLATION LEVEL ${level}`);
      await tx.query('SELECT FROM greenvue_jobs.jobs');
      await t.store.recover({ node: 'node-2' });
      await expect(complete(tx, run)).rejects.toMatchObject({ code: '40001' });
      expect((await tx.query('COMMIT')).command).toBe('ROLLBACK');
    },
  );

  it('a row whose run an old node has settled is pruned', async () => {
    const run = await claimed();
    await completed(run);
    await nodes.rows('DELETE FROM greenvue_jobs.live_runs');
    await t.store.prune(RETENTION);
    expect(await left()).toBe(0);
  });
});
