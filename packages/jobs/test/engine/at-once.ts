import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, manualHandlers } from './engine-harness.ts';

export function startingAtOnce(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let manual: ReturnType<typeof manualHandlers>;
  let claims: number;
  beforeEach(async () => {
    h = await createHarness({ autoRun: true, concurrency: 1 }, makeDatabase);
    manual = manualHandlers();
    h.deps.handler = manual.handler;
    await h.engine.createJob(job({ overlap: 'allow' }));
    await becomeIdle();
    claims = 0;
    h.store.watch('claim', () => void claims++);
  });
  afterEach(() => {
    for (const n of manual.started.keys()) manual.end(n);
    return h.close();
  });

  const pass = () => h.pass(10, 10);
  /** The engine has looked for runs and found none. */
  const becomeIdle = () => h.pass(100, 10);
  const trigger = async () => (await h.engine.trigger('job')).run.id;
  const runOf = async (id: string) => (await h.engine.getRun(id)).run;

  // Promises P4, stored next run; P9, lost nodes; P12, cancel; P15, run now; P19, delivery.
  describe('a run asked for on an idle node', () => {
    it('starts with the commit that creates it, without a pass, and its events are in order', async () => {
      const events: string[] = [];
      h.engine.subscribe((event) => void events.push(event === 'reset' ? event : event.type));
      const id = await trigger();
      expect(manual.started).toEqual([id]);
      expect(claims).toBe(0);
      expect(await runOf(id)).toMatchObject({ status: 'running', startedAt: h.clock.now() });
      expect(events).toEqual(['run.queued', 'run.started']);
      manual.end();
      await expect
        .poll(() => pass().then(() => runOf(id)))
        .toMatchObject({ status: 'succeeded', attempt: 1 });
    });

    it('starts with the commit that makes it, as the retry of an earlier run, too', async () => {
      const first = await trigger();
      manual.end();
      await expect.poll(() => pass().then(() => runOf(first))).toMatchObject({ status: 'succeeded' });
      await becomeIdle();
      claims = 0;
      const { run } = await h.engine.retryRun(first);
      expect(manual.started).toEqual([first, run.id]);
      expect(claims).toBe(0);
      expect(await runOf(run.id)).toMatchObject({ status: 'running', retryOf: first });
    });

    it('waits for a pass where no place is free', async () => {
      const first = await trigger();
      const second = await trigger();
      await becomeIdle();
      expect(manual.started).toEqual([first]);
      manual.end();
      await expect.poll(() => pass().then(() => manual.started)).toEqual([first, second]);
    });

    it('does not make the engine forget a slot that came due in between', async () => {
      const runAt = new Date(h.clock.now() + 1_000).toISOString();
      await h.engine.createJob({ id: 'once', name: 'Once', type: 'work', runAt });
      await becomeIdle();
      const answered = Promise.withResolvers<void>();
      h.store.make(answered.promise, 'command');
      const triggered = trigger();
      await h.store.quiet();
      h.store.make('works', 'command');
      h.clock.advance(1_000);
      // The run is planned, and no place is free.
      await becomeIdle();
      answered.resolve();
      const id = await triggered;
      expect(manual.started).toEqual([id]);
      manual.end();
      await expect.poll(() => pass().then(() => manual.started)).toHaveLength(2);
    });

    it('does not start when it was cancelled before the answer came', async () => {
      const answered = Promise.withResolvers<void>();
      h.store.make(answered.promise, 'command');
      const triggered = trigger();
      const run = async () => (await h.engine.listRuns({ limit: 1 })).rows[0]?.run;
      await expect.poll(run).toHaveProperty('claim');
      h.store.make('works', 'command');
      await h.engine.cancelRun((await run())?.id ?? '');
      answered.resolve();
      const id = await triggered;
      await expect.poll(() => pass().then(() => runOf(id))).toMatchObject({ status: 'cancelled' });
      expect(manual.started).toEqual([]);
    });

    it('is given back and runs once when the answer was lost', async () => {
      h.store.make('answer lost', 'command');
      await expect(trigger()).rejects.toThrow('away');
      h.store.restore();
      expect(manual.started).toEqual([]);
      const run = async () => (await h.engine.listRuns({ limit: 1 })).rows[0]?.run;
      expect(await run()).toHaveProperty('claim');
      h.clock.advance(1_000);
      await expect.poll(() => pass().then(() => manual.started)).toHaveLength(1);
      expect(await run()).toMatchObject({ status: 'running', recoveries: 0, failures: 0 });
    });

    it('is given back by a process that stops', async () => {
      const answered = Promise.withResolvers<void>();
      h.store.make(answered.promise, 'command');
      const triggered = trigger();
      await h.store.quiet();
      const stopped = h.engine.stop();
      answered.resolve();
      const id = await triggered;
      const isStopped = stopped.then(() => true);
      await expect.poll(() => Promise.race([isStopped, pass().then(() => false)])).toBe(true);
      expect(manual.started).toEqual([]);
      const next = await h.again();
      const { run } = await next.getRun(id);
      expect(run).toMatchObject({ status: 'queued', recoveries: 0 });
      expect(run).not.toHaveProperty('claim');
    });
  });
}
