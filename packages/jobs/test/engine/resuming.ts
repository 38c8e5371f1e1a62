import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { UntypedJobs } from '../../src/engine/engine.ts';
import type { Run } from '../../src/index.ts';
import {
  createHarness,
  type Harness,
  job,
  type MakeDatabase,
  realTime,
  untilAborted,
  work,
} from './engine-harness.ts';
import { acts, type ResumableContext, resumable, resumableKeeper } from './resumable-types.ts';
import { KEY, OLD_KEY } from './secret-keeper.ts';

const MINUTE = 60_000;
const TYPES = { jobTypes: [work, resumable, resumableKeeper], secretKeys: [KEY] };

/** What attempts save for the next one (P30, resume). The ids are rows of decision 41. */
export function resuming(makeDatabase: MakeDatabase): void {
  let h: Harness;
  /** The last checkpoint that each attempt found. */
  let found: unknown[];
  beforeEach(async () => {
    h = await createHarness(TYPES, makeDatabase);
    onTestFinished(() => h.close());
    found = [];
  });

  const make = (more = {}) => h.engine.createJob(job({ type: 'resumable', overlap: 'queue', ...more }));
  /** Each attempt notes what it found; the first ones fail after they have saved. */
  const savesThenFails = (times = 1) => {
    acts.act = async (ctx) => {
      found.push(ctx.lastCheckpoint);
      await ctx.checkpoint({ at: found.length });
      if (found.length <= times) throw new Error('as it was told');
    };
  };
  /** Lets an engine work until a run is what it should be. The store answers in real time. */
  const until = async (
    is: (run: Run) => boolean,
    id: string,
    engine: UntypedJobs = h.engine,
  ): Promise<Run> => {
    for (let tries = 0; tries < 2_000; tries += 1) {
      await engine.tick();
      const { run } = await engine.getRun(id);
      if (is(run)) return run;
      await realTime(1);
    }
    throw new Error('the run does not come to it');
  };
  const ended = ({ status }: Run) => status !== 'queued' && status !== 'running';
  const waits = (run: Run) => 'failures' in run && run.failures > 0 && run.claim === undefined;
  const trigger = async () => (await h.engine.trigger('job')).run.id;
  const savedOf = async (id: string) => {
    const store = h.openStore();
    await store.open().catch(() => undefined);
    try {
      return await store.readCheckpoint(id);
    } finally {
      await store.close();
    }
  };
  /** Runs a handler to its first await of something that never comes. */
  const begun = async (act: (ctx: ResumableContext) => Promise<unknown>) => {
    const started = Promise.withResolvers<ResumableContext>();
    acts.act = async (ctx) => {
      await act(ctx);
      started.resolve(ctx);
      return untilAborted(ctx);
    };
    const id = await trigger();
    await h.engine.tick();
    return { id, ctx: await started.promise };
  };

  it('R1: the attempt after an error reads the checkpoint, and the success removes it', async () => {
    await make();
    savesThenFails();
    const id = await trigger();
    await until(waits, id);
    expect((await h.engine.getRun(id)).checkpoint).toEqual({ savedAt: h.clock.now(), steps: [] });
    h.clock.advance(MINUTE);
    expect(await until(ended, id)).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(found).toEqual([undefined, { at: 1 }]);
    expect(await h.engine.getRun(id)).not.toHaveProperty('checkpoint');
    await h.engine.stop();
    expect(await (await h.again()).getRun(id)).not.toHaveProperty('checkpoint');
  });

  it('R1: the attempt after a shutdown reads the checkpoint that its handler saved when it was told to stop', async () => {
    await make();
    acts.act = async (ctx) => {
      found.push(ctx.lastCheckpoint);
      if (found.length > 1) return;
      await untilAborted(ctx).catch(() => ctx.checkpoint({ at: 7 }));
      throw ctx.signal.reason;
    };
    const id = await trigger();
    for (let n = 0; found.length === 0 && n < 500; n += 1) {
      await h.engine.tick();
      await realTime(1);
    }
    const passing = setInterval(() => h.clock.advance(100), 5);
    await h.engine.stop();
    clearInterval(passing);
    const restarted = await h.again();
    expect(await until(ended, id, restarted)).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      recoveries: 0,
    });
    expect(found).toEqual([undefined, { at: 7 }]);
  });

  it('R1: the attempt after a crash reads the checkpoint', async () => {
    await make();
    const { id } = await begun((ctx) => ctx.checkpoint({ at: 3 }));
    const restarted = await h.again();
    acts.act = (ctx) => void found.push(ctx.lastCheckpoint);
    expect(await until(ended, id, restarted)).toMatchObject({ status: 'succeeded', recoveries: 1 });
    expect(found).toEqual([{ at: 3 }]);
  });

  it('R2: a retry by hand and Run now start without it', async () => {
    await make({ maxAttempts: 1 });
    savesThenFails();
    const id = await trigger();
    expect(await until(ended, id)).toMatchObject({ status: 'failed' });
    const retry = await h.engine.retryRun(id);
    await until(ended, retry.run.id);
    await until(ended, await trigger());
    expect(found).toEqual([undefined, undefined, undefined]);
  });

  it('R3: after an edit of the payload, the attempt starts without it, and so it does with a new type version', async () => {
    await make({ payload: { n: 1 } });
    savesThenFails(3);
    const id = await trigger();
    await until(waits, id);
    await h.engine.patchJob('job', { name: 'Other' });
    h.clock.advance(MINUTE);
    await until((run) => waits(run) && 'failures' in run && run.failures === 2, id);
    await h.engine.patchJob('job', { payload: { n: 2 }, maxAttempts: 9 });
    h.clock.advance(MINUTE);
    await until((run) => waits(run) && 'failures' in run && run.failures === 3, id);
    await h.engine.stop();
    const newer = await h.again({ jobTypes: [{ ...resumable, version: 2 }] });
    h.clock.advance(5 * MINUTE);
    expect(await until(ended, id, newer)).toMatchObject({ status: 'succeeded' });
    expect(found).toEqual([undefined, { at: 1 }, undefined, undefined]);
  });

  it('R3: a reseal with a new key is no change of the payload: steps that are done stay done', async () => {
    await make({ type: 'resumable_keeper', payload: { token: 'hunter2' } });
    const { id } = await begun(async (ctx) => {
      await ctx.step('charge', () => 'charged');
      await ctx.checkpoint({ at: 1 });
    });
    const rotated = await h.again({ secretKeys: [OLD_KEY, KEY] });
    expect(await rotated.resealSecrets()).toMatchObject({ resealed: 2 });
    await rotated.stop();
    const withNewKey = await h.again({ secretKeys: [OLD_KEY] });
    acts.act = async (ctx) => {
      found.push(ctx.lastCheckpoint, await ctx.step('charge', () => 'charged again'));
    };
    await until(ended, id, withNewKey);
    expect(found).toEqual([{ at: 1 }, 'charged']);
  });

  it('R3, C3: the next attempt reads the new value of a stored secret, and its checkpoint stays', async () => {
    await h.engine.putSecret('API_KEY', 'hunter2');
    await make({ type: 'resumable_keeper', payload: { token: { $secret: 'API_KEY' } } });
    const tokens: unknown[] = [];
    savesThenFails();
    const { act } = acts;
    acts.act = (ctx) => {
      tokens.push(Reflect.get(ctx.payload, 'token'));
      return act(ctx);
    };
    const id = await trigger();
    await until(waits, id);
    await h.engine.putSecret('API_KEY', 'correct-horse');
    h.clock.advance(MINUTE);
    expect(await until(ended, id)).toMatchObject({ status: 'succeeded' });
    expect([found, tokens]).toEqual([
      [undefined, { at: 1 }],
      ['hunter2', 'correct-horse'],
    ]);
  });

  it('R3: a checkpoint that today’s schema refuses is not found', async () => {
    await make();
    const { id } = await begun((ctx) => ctx.checkpoint({ at: 3 }));
    const strict = {
      ...resumable,
      checkpoint: {
        '~standard': { version: 1, vendor: 'own', validate: () => ({ issues: [{ message: 'no' }] }) },
      },
    } as const;
    const restarted = await h.again({ jobTypes: [strict] });
    acts.act = (ctx) => void found.push(ctx.lastCheckpoint);
    await until(ended, id, restarted);
    expect(found).toEqual([undefined]);
  });

  it('R4: the checkpoint of a claim that was taken away is refused, and its handler is told to stop', async () => {
    await make();
    const { id, ctx } = await begun((one) => one.checkpoint({ at: 1 }));
    const before = await savedOf(id);
    expect(before).toBeDefined();
    await h.engine.cancelRun(id, { force: true });
    await expect(ctx.checkpoint({ at: 2 })).rejects.toThrow();
    expect(ctx.signal.aborted).toBe(true);
    expect(await savedOf(id)).toEqual(before);
  });

  it('R5: under skip, a retry due after the next slot is made, and later slots wait for it', async () => {
    const often = {
      onDemand: undefined,
      interval: '1m',
      overlap: 'skip',
      backoff: { initial: '3m', max: '3m' },
    };
    await make({ ...often, id: 'without' });
    acts.act = () => Promise.reject(new Error('as it was told'));
    h.clock.advance(MINUTE);
    const runOf = async (jobId: string) => {
      for (let tries = 0; tries < 500; tries += 1) {
        await h.engine.tick();
        const [row] = (await h.engine.listRuns({ jobId, limit: 1 })).rows;
        if (row !== undefined) return row.run.id;
        await realTime(1);
      }
      throw new Error('there is no run');
    };
    expect(await until(ended, await runOf('without'))).toMatchObject({ status: 'failed', attempt: 1 });
    await h.engine.deleteJob('without');
    await make(often);
    savesThenFails();
    h.clock.advance(MINUTE);
    const id = await runOf('job');
    await until(waits, id);
    h.clock.advance(4 * MINUTE);
    expect(await until(ended, id)).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(found).toEqual([undefined, { at: 1 }]);
  });

  it('R6: a checkpoint that is too large is refused, and the attempt continues', async () => {
    await make();
    const refused: unknown[] = [];
    acts.act = async (ctx) => {
      found.push(ctx.lastCheckpoint);
      if (found.length > 1) return;
      await ctx.checkpoint({ at: 1 });
      await ctx
        .checkpoint({ at: 2, more: 'x'.repeat(65_536) } as never)
        .catch((error: Error) => refused.push(error.message));
      await ctx.step('big', () => 'x'.repeat(65_536)).catch((error: Error) => refused.push(error.message));
      throw new Error('as it was told');
    };
    const id = await trigger();
    await until(waits, id);
    h.clock.advance(MINUTE);
    await until(ended, id);
    expect(refused).toEqual([
      expect.stringMatching(
        /The checkpoint is not saved\. .*value.* at most 65536 bytes of JSON; got 655\d\d\./,
      ),
      expect.stringMatching(/The result of the step "big" is not saved\. .*at most 65536 bytes/),
    ]);
    expect(found).toEqual([undefined, { at: 1 }]);
  });

  it('R7: while the database is away, a checkpoint waits until it is durable', async () => {
    await make();
    const { id, ctx } = await begun(async () => undefined);
    h.store.make('fails', 'saveCheckpoint');
    let isDone = false;
    const saving = ctx.checkpoint({ at: 5 }).then(() => {
      isDone = true;
    });
    for (let n = 0; n < 3; n += 1) await h.pass(1_000);
    expect(isDone).toBe(false);
    h.store.restore();
    await h.pass(2_000);
    await saving;
    expect((await savedOf(id))?.content).toContain('5');
  });

  it('R7: a handler that is told to stop meanwhile waits no longer', async () => {
    await make();
    const { id, ctx } = await begun(async () => undefined);
    h.store.make('fails', 'saveCheckpoint');
    const saving = expect(ctx.checkpoint({ at: 5 })).rejects.toThrow('The run was cancelled.');
    await h.store.quiet();
    await h.engine.cancelRun(id);
    await saving;
    h.store.restore();
    expect(await savedOf(id)).toBeUndefined();
  });

  it('R7: a run whose checkpoint can’t be read starts later, and keeps its attempts', async () => {
    await make();
    const { id } = await begun((ctx) => ctx.checkpoint({ at: 3 }));
    const restarted = await h.again();
    acts.act = (ctx) => void found.push(ctx.lastCheckpoint);
    h.store.make('fails', 'readCheckpoint');
    await until(
      (run) => run.status === 'queued' && 'availableAt' in run && run.availableAt > h.clock.now(),
      id,
      restarted,
    );
    h.store.restore();
    h.clock.advance(2_000);
    expect(await until(ended, id, restarted)).toMatchObject({ status: 'succeeded', attempt: 1 });
    expect(found).toEqual([{ at: 3 }]);
  });

  it('R8: of a type with secrets it is sealed, and neither it nor its steps are shown', async () => {
    await make({ type: 'resumable_keeper', payload: { token: 'hunter2' } });
    const { id } = await begun(async (ctx) => {
      await ctx.step('charge', () => 'hunter2 was charged');
      await ctx.checkpoint({ at: 1, note: 'hunter2' } as never);
    });
    const content = (await savedOf(id))?.content ?? '';
    expect(content).toMatch(/^1\./);
    for (const plain of ['hunter2', 'charge', 'note']) expect(content).not.toContain(plain);
    const view = await h.engine.getRun(id);
    expect(view.checkpoint).toEqual({ savedAt: h.clock.now(), steps: [] });
    expect(JSON.stringify(view)).not.toContain('hunter2');
    const restarted = await h.again();
    acts.act = async (ctx) => {
      found.push(ctx.lastCheckpoint, await ctx.step('charge', () => 'again'));
    };
    await until(ended, id, restarted);
    expect(found).toEqual([{ at: 1, note: 'hunter2' }, 'hunter2 was charged']);
  });

  it('a step that is done is skipped in the next attempt, and returns what it returned', async () => {
    await make();
    const done: string[] = [];
    acts.act = async (ctx) => {
      const step = (name: string, result: unknown) =>
        ctx.step(name, () => {
          done.push(name);
          return result;
        });
      found.push([await step('charge', { id: 7, at: new Date(0) }), await step('mail', undefined)]);
      if (found.length === 1) throw new Error('as it was told');
      await step('ship', [1]);
      return found;
    };
    const id = await trigger();
    await until(waits, id);
    expect((await h.engine.getRun(id)).checkpoint?.steps).toEqual(['charge', 'mail']);
    h.clock.advance(MINUTE);
    await until(ended, id);
    expect(done).toEqual(['charge', 'mail', 'ship']);
    const charge = { id: 7, at: '1970-01-01T00:00:00.000Z' };
    expect(found).toEqual([
      [charge, undefined],
      [charge, undefined],
    ]);
  });

  it('the types of jobs that keep nothing read nothing', async () => {
    let reads = 0;
    h.store.watch('readCheckpoint', () => {
      reads += 1;
    });
    await h.engine.createJob(job());
    h.deps.handler = () => undefined;
    await until(ended, await trigger());
    expect(reads).toBe(0);
  });
}
