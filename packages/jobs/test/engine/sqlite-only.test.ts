import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Transaction } from '../../src/index.ts';
import { createHarness, job } from './engine-harness.ts';
import { sqliteDatabase } from './sqlite-database.ts';

// Only SQLite has its database in threads of the process. Lost connections to PostgreSQL have other tests.
describe('an engine on SQLite', () => {
  it("refuses a caller's transaction, because its jobs have a database of their own, and does nothing", async () => {
    const { engine, close } = await createHarness({}, sqliteDatabase);
    onTestFinished(close);
    const asked: string[] = [];
    const tx: Transaction = {
      query: async (text) => {
        asked.push(text);
        return { rows: [] };
      },
    };
    const refused = { name: 'EngineError', code: 'invalid', message: expect.stringContaining('PostgreSQL') };
    await expect(engine.createJob(job(), { tx })).rejects.toMatchObject(refused);
    await engine.createJob(job());
    await expect(engine.trigger('job', { tx })).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
    expect((await engine.listRuns({ limit: 1 })).rows).toEqual([]);
  });

  // Promise P10, fence.
  it('continues with a new thread when the database thread crashes', async () => {
    const h = await createHarness({}, sqliteDatabase);
    onTestFinished(() => h.close());
    await h.engine.createJob(job({ overlap: 'allow' }));
    const trigger = async () => (await h.engine.trigger('job')).run.id;
    let writer: Worker | undefined;
    const post = Worker.prototype.postMessage;
    const spy = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
      this: Worker,
      ...message
    ) {
      if (this.threadName === 'writer-thread') writer = this;
      return post.apply(this, message);
    });
    const first = await trigger();
    spy.mockRestore();
    await writer?.terminate();
    // The engine replaces a thread that is older than a second at once.
    await trigger().catch((error: unknown) => expect(error).toMatchObject({ code: 'unavailable' }));
    await expect
      .poll(() =>
        h.engine.tick().then(
          () => 'done',
          () => 'away',
        ),
      )
      .toBe('done');
    expect((await h.engine.getRun(first)).run).toMatchObject({ status: 'succeeded', attempt: 1 });
  });
});

// The store replaces the lost thread. If the lost thread kept the lease, nothing would end it.
describe('an engine whose node joins the others again', () => {
  // Promise P9, lost nodes.
  it('can still be stopped', async () => {
    let lose: () => void = () => undefined;
    const { engine, store, close } = await createHarness({}, sqliteDatabase, (inner) => ({
      ...inner,
      join(node, listener) {
        lose = () => listener.lost();
        return inner.join(node, listener);
      },
    }));
    const joined = Promise.withResolvers<void>();
    store.make(joined.promise, 'join');
    lose();
    const stopped = engine.stop();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    joined.resolve();
    await stopped;
    await close();
  });
});
