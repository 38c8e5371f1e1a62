import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { isLiveRun } from '../../src/core/model/run.ts';
import type { JobContext } from '../../src/index.ts';
import { type Callers, createCallers, FREE, order, SINGLE } from './callers.ts';
import { testNodes } from './test-nodes.ts';

const nodes = testNodes('completing');
const QUICK = { maxAttempts: 2, backoff: { initial: '10ms', max: '10ms', jitter: 0 } } as const;

let h: Callers;
beforeEach(async () => {
  h = await createCallers(nodes);
});
afterEach(() => h.close());

/** Runs a job whose handler does this, and returns its run once it has ended. */
const runOf = async (handler: (ctx: JobContext<unknown>) => Promise<unknown>, more = {}) => {
  h.handler = handler;
  await h.engine.createJob({ ...FREE, ...more });
  const { id } = (await h.engine.trigger('free')).run;
  const ended = async () => !isLiveRun((await h.engine.getRun(id)).run);
  await expect.poll(ended).toBe(true);
  return (await h.engine.getRun(id)).run;
};

// Promise P31, completion. The ids are rows of decision 41.
describe('ctx.complete', () => {
  it('commits the effect and the success of the run together, with the result', async () => {
    const run = await runOf(async (ctx) => {
      const tx = await h.begin();
      await order(tx, 1);
      await ctx.complete(tx, { done: [1] });
      await tx.query('COMMIT');
      return 'not this';
    });
    expect(run).toMatchObject({ status: 'succeeded', attempt: 1, result: '{"done":[1]}', errors: [] });
    expect(await h.orders()).toEqual([1]);
    expect(await nodes.rows('SELECT FROM greenvue_jobs.completions')).toEqual([]);
  });

  it('R10: after a rollback, the attempt fails with an error that says what to do, and the next one works', async () => {
    let attempts = 0;
    const run = await runOf(async (ctx) => {
      attempts += 1;
      const tx = await h.begin();
      await order(tx, attempts);
      await ctx.complete(tx);
      await tx.query(attempts === 1 ? 'ROLLBACK' : 'COMMIT');
    }, QUICK);
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(run.errors.map(({ message }) => message)).toEqual([
      'The handler has called ctx.complete(tx), but tx was not committed. Await the COMMIT of tx before the handler returns, and throw if it fails.',
    ]);
    expect(await h.orders()).toEqual([2]);
  });

  it('the transaction may be repeated in one attempt', async () => {
    const run = await runOf(async (ctx) => {
      const lost = await h.begin();
      await ctx.complete(lost);
      await lost.query('ROLLBACK');
      const tx = await h.begin();
      await ctx.complete(tx);
      await tx.query('COMMIT');
    });
    expect(run).toMatchObject({ status: 'succeeded', attempt: 1 });
  });

  it('a handler that does not await the commit is settled by it', async () => {
    const run = await runOf(async (ctx) => {
      const tx = await h.begin();
      await ctx.complete(tx);
      setTimeout(() => void tx.query('COMMIT'), 400);
    });
    expect(run).toMatchObject({ status: 'succeeded', attempt: 1 });
  });

  it('R9: after a cancel, it is refused, and nothing is committed even if the handler does not throw', async () => {
    let refusal: unknown;
    h.handler = async (ctx) => {
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
      const tx = await h.begin();
      await order(tx, 1);
      refusal = await ctx.complete(tx).catch((error: unknown) => error);
      await tx.query('COMMIT');
    };
    await h.engine.createJob(SINGLE);
    const { id } = (await h.engine.trigger('single')).run;
    await expect.poll(async () => 'claim' in (await h.engine.getRun(id)).run).toBe(true);
    await h.engine.cancelRun(id);
    await expect.poll(() => h.statusOf(id)).toBe('cancelled');
    expect(refusal).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('was cancelled before'),
    });
    expect(await h.orders()).toEqual([]);
  });

  it('R9: a cancel after the commit is refused, as for a run that has ended', async () => {
    const committed = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    h.handler = async (ctx) => {
      const tx = await h.begin();
      await ctx.complete(tx);
      await tx.query('COMMIT');
      committed.resolve();
      await end.promise;
    };
    await h.engine.createJob(SINGLE);
    const { id } = (await h.engine.trigger('single')).run;
    await committed.promise;
    await expect(h.engine.cancelRun(id)).rejects.toMatchObject({ code: 'conflict' });
    end.resolve();
    await expect.poll(() => h.statusOf(id)).toBe('succeeded');
  });

  it('R11: a run that was taken away is refused, and nothing is committed', async () => {
    const refusal = Promise.withResolvers<unknown>();
    h.handler = async (ctx) => {
      const tx = await h.begin();
      await order(tx, 1);
      await h.sql('UPDATE greenvue_jobs.live_runs SET fence = fence + 1000');
      await ctx.complete(tx).catch(refusal.resolve);
      await tx.query('COMMIT');
    };
    await h.engine.createJob(FREE);
    await h.engine.trigger('free');
    expect(await refusal.promise).toMatchObject({ name: 'EngineError', code: 'stale' });
    await expect
      .poll(
        async () =>
          (
            await nodes.rows(
              "SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()",
            )
          ).length,
      )
      .toBe(0);
    expect(await h.orders()).toEqual([]);
  });

  it('R13: another database is refused, and a client without a transaction', async () => {
    const elsewhere = new pg.Client({ connectionString: inject('postgresUrl') });
    await elsewhere.connect();
    onTestFinished(() => elsewhere.end());
    await elsewhere.query('BEGIN');
    const pool = new pg.Pool({ connectionString: nodes.url(), max: 1 });
    onTestFinished(() => pool.end());
    const messages: string[] = [];
    const run = await runOf(
      async (ctx) => {
        for (const tx of [elsewhere, pool])
          await ctx.complete(tx).catch(({ message }: Error) => messages.push(message));
      },
      { maxAttempts: 1 },
    );
    expect(run).toMatchObject({ status: 'failed', errors: [{ name: 'NotCompletedError' }] });
    expect(messages).toEqual([
      expect.stringContaining('tx is in another database than the jobs'),
      expect.stringContaining('tx is not in a transaction: BEGIN it first; a pool is none.'),
    ]);
  });

  it('R14: a handler that throws after the commit has succeeded', async () => {
    const run = await runOf(async (ctx) => {
      const tx = await h.begin();
      await order(tx, 1);
      await ctx.complete(tx);
      await tx.query('COMMIT');
      throw new Error('later');
    });
    expect(run).toMatchObject({ status: 'succeeded', attempt: 1, errors: [] });
    expect(await h.orders()).toEqual([1]);
  });

  it('refuses a first call after the end, and nothing is committed', async () => {
    const late = Promise.withResolvers<unknown>();
    const run = await runOf(
      async (ctx) => {
        const pay = async () => {
          await vi.waitUntil(async () => (await h.statusOf(ctx.run.id)) === 'failed');
          const tx = await h.begin();
          await order(tx, 1);
          await ctx.complete(tx);
          await tx.query('COMMIT');
        };
        pay().catch(late.resolve);
        throw new Error('checked');
      },
      { maxAttempts: 1 },
    );
    expect(run).toMatchObject({ status: 'failed', errors: [{ message: 'checked' }] });
    expect(await late.promise).toMatchObject({
      faults: [{ pointer: '/tx', detail: expect.stringContaining('comes after the end of its handler') }],
    });
    expect(await h.orders()).toEqual([]);
  });

  it('refuses what is no transaction, and fails the transaction and the run if a result is no JSON or too large', async () => {
    let kept: JobContext<unknown> | undefined;
    const refused: unknown[] = [];
    const refuse = async (id: number, ctx: JobContext<unknown> | undefined, result?: unknown) => {
      const tx = await h.begin();
      await order(tx, id);
      await ctx?.complete(tx, result).catch((error: unknown) => refused.push(error));
      expect(await tx.query('COMMIT')).toMatchObject({ command: 'ROLLBACK' });
    };
    const run = await runOf(
      async (ctx) => {
        kept = ctx;
        await ctx.complete({} as never).catch((error: unknown) => refused.push(error));
        await refuse(1, ctx, () => 1);
        await refuse(2, ctx, 'x'.repeat(70_000));
      },
      { maxAttempts: 1 },
    );
    expect(run).toMatchObject({ status: 'failed', errors: [{ name: 'NotCompletedError' }] });
    await refuse(3, kept);
    expect(await h.orders()).toEqual([]);
    expect(refused.map((error) => (error as { readonly faults: unknown }).faults)).toEqual([
      [{ pointer: '/tx', detail: expect.stringContaining('query(text, values)') }],
      [{ pointer: '/result', detail: 'it is not JSON (a function)' }],
      [{ pointer: '/result', detail: 'it is more than 65536 bytes of JSON' }],
      [{ pointer: '/tx', detail: expect.stringContaining('comes after the end of its handler') }],
    ]);
  });
});
