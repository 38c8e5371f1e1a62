import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineJobType, type TypeLimitsOptions } from '../../src/index.ts';
import {
  createHarness,
  type Deps,
  type Harness,
  job,
  type MakeDatabase,
  manualHandlers,
  realTime,
  work,
} from './engine-harness.ts';

const MINUTE = 60_000;

const limited = (limits?: TypeLimitsOptions, version = 1) =>
  defineJobType({
    type: 'limited',
    version,
    module: import.meta.url,
    payload: z.object({ n: z.int().default(0), tenant: z.string().optional() }),
    ...(limits === undefined ? {} : { limits }),
    run: async (ctx, deps: Deps) => deps.handler(ctx),
  });

/** Limits of job types (P29, limits and priority). The ids are rows of decision 41. */
export function limiting(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let handlers: ReturnType<typeof manualHandlers>;
  const open = async (limits: TypeLimitsOptions, more = {}) => {
    h = await createHarness({ jobTypes: [work, limited(limits)], concurrency: 10, ...more }, makeDatabase);
    onTestFinished(() => h.close());
    handlers = manualHandlers();
    h.deps.handler = handlers.handler;
  };
  beforeEach(() => {
    handlers = manualHandlers();
  });
  const trigger = async (count: number, payload = {}) => {
    for (let n = 0; n < count; n += 1) await h.engine.trigger('job', { payload });
  };
  /** Lets the engine work until `count` handlers have started, and a little longer. */
  const startedBy = async (count: number) => {
    for (let tries = 0; tries < 500 && handlers.started.length < count; tries += 1) {
      await h.engine.tick();
      await realTime(1);
    }
    for (let n = 0; n < 5; n += 1) await h.engine.tick();
    return handlers.started.length;
  };

  it('runs above the limit start as others end', async () => {
    await open({ running: 2 });
    await h.engine.createJob(job({ type: 'limited', overlap: 'allow' }));
    await trigger(5);
    expect(await startedBy(2)).toBe(2);
    handlers.end(0);
    expect(await startedBy(3)).toBe(3);
    handlers.end(1);
    handlers.end(2);
    expect(await startedBy(5)).toBe(5);
  });

  it('L20: a full value delays no run of another one', async () => {
    await open({ running: 1, per: '/tenant' });
    await h.engine.createJob(job({ type: 'limited', overlap: 'allow' }));
    await trigger(5, { tenant: 'a' });
    await trigger(1, { tenant: 'b' });
    expect(await startedBy(2)).toBe(2);
  });

  it('a rate lets runs start when its period has passed, without another event', async () => {
    await open({ rate: { runs: 2, per: '1m' } });
    await h.engine.createJob(job({ type: 'limited', overlap: 'allow' }));
    await trigger(3);
    expect(await startedBy(2)).toBe(2);
    h.clock.advance(MINUTE);
    expect(await startedBy(3)).toBe(3);
  });

  it('L11: after the clock was set back, a node without other work starts a run that the rate held', async () => {
    await open({ rate: { runs: 1, per: '1m' } });
    await h.engine.createJob(job({ type: 'limited', overlap: 'allow' }));
    const start = h.clock.now();
    await trigger(5);
    for (let count = 1; count < 5; count += 1) {
      h.clock.set(start + (count - 1) * MINUTE);
      expect(await startedBy(count)).toBe(count);
    }
    h.clock.set(start + MINUTE / 2);
    for (let n = 0; n < 3; n += 1) {
      h.clock.advance(MINUTE / 2);
      await h.engine.tick();
    }
    expect(await startedBy(5)).toBe(5);
  });

  it('L7, L18: a restart with other limits holds for runs that wait', async () => {
    await open({ running: 1 });
    await h.engine.createJob(job({ type: 'limited', overlap: 'allow' }));
    const without = await h.beside({ jobTypes: [work, limited(undefined, 2)], concurrency: 10 });
    await trigger(3);
    for (let tries = 0; tries < 500 && handlers.started.length < 3; tries += 1) await without.tick();
    expect(handlers.started).toHaveLength(3);
  });

  it('L18: a node moves the runs of new limits a second time, and tries again if it fails', async () => {
    await open({ running: 1 });
    const store = h.openStore();
    await store.open();
    onTestFinished(() => store.close());
    const left = () => store.setTypeLimits([{ type: 'limited', version: 1, limits: { running: 1 } }]);
    expect(await left()).toHaveLength(1);
    h.store.make('fails', 'regroupRuns');
    await h.pass(3_000, 500);
    h.store.make('works', 'regroupRuns');
    expect(await left()).toHaveLength(1);
    await h.pass(10_000, 500);
    expect(await left()).toEqual([]);
  });

  it.each<[unknown, string, string]>([
    [{ running: 0 }, '/limits/running', 'must be a whole number, at least 1; got the number 0'],
    [{ running: 1.5 }, '/limits/running', 'must be a whole number'],
    [{ rate: { runs: 5 } }, '/limits/rate/per', 'is required'],
    [{ rate: { runs: 0, per: '1m' } }, '/limits/rate/runs', 'must be a whole number from 1 to 10000'],
    [{ rate: { runs: 5, per: 'soon' } }, '/limits/rate/per', 'must be a duration'],
    [{ rate: { runs: 5, per: '48h' } }, '/limits/rate/per', 'must be from 100ms to 24h'],
    [{ per: '/tenant' }, '/limits', 'must have running or rate'],
    [{ running: 5, key: '/tenant' }, '/limits/key', 'unknown field'],
  ])('limits of %j are refused', (limits, pointer, detail) => {
    const define = () => limited(limits as TypeLimitsOptions);
    expect(define).toThrow(detail);
    expect(define).toThrow(`${pointer.slice(1).replaceAll('/', '.')}: `);
  });

  it('L21: a `per` that is no plain field is refused when the type is registered', async () => {
    const refused = createHarness({ jobTypes: [limited({ running: 1, per: '/tenants' })] }, makeDatabase);
    await expect(refused).rejects.toMatchObject({
      code: 'invalid',
      faults: [
        { pointer: '/types/0/limits/per', detail: expect.stringContaining('Its fields are: n, tenant') },
      ],
    });
  });

  it.each([{}, { secretKeys: ['k'.repeat(32)] }])(
    'L21: a `per` at a secret is refused, with keys of secrets or without',
    async (more) => {
      const secret = defineJobType({
        type: 'secret',
        version: 1,
        module: import.meta.url,
        payload: z.object({ token: z.string().meta({ secret: true }) }),
        limits: { running: 1, per: '/token' },
        run: async () => undefined,
      });
      const refused = createHarness({ jobTypes: [secret], ...more }, makeDatabase);
      await expect(refused).rejects.toMatchObject({
        faults: [
          { pointer: '/types/0/limits/per', detail: expect.stringContaining('must not point at a secret') },
        ],
      });
    },
  );

  it('types show their limits', async () => {
    await open({ running: 2, rate: { runs: 5, per: '1m' }, per: '/tenant' });
    const [plain, shown] = h.engine.jobTypes();
    expect(plain?.limits).toBeUndefined();
    expect(shown?.limits).toEqual({ running: 2, rate: { runs: 5, perMs: MINUTE }, per: '/tenant' });
  });
}
