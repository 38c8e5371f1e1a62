import { afterEach, describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../src/engine/options.ts';
import { createHarness, type Deps, type Harness, job, type MakeDatabase, T0 } from './engine-harness.ts';

const MINUTE = 60_000;

// Promise P36, tags and bulk.
export function pausingAll(makeDatabase: MakeDatabase): void {
  let h: Harness;
  const make = async (options: Partial<EngineOptions<Deps>> = {}) => {
    h = await createHarness(options, makeDatabase);
  };
  afterEach(() => h.close());

  const at = (ms: number) => new Date(ms).toISOString();
  const runsOf = async (jobId: string) =>
    (await h.engine.listRuns({ jobId })).rows.map(({ run }) => [run.status, run.trigger]);

  describe('while all jobs are paused', () => {
    it('the engine says since when, why and who paused them', async () => {
      await make();
      const pause = await h.engine.pauseAll({ reason: 'database upgrade' }, { by: 'user:1' });
      expect(pause).toEqual({ at: T0, reason: 'database upgrade', by: 'user:1' });
      expect(h.engine.pauseOfAll()).toEqual(pause);
      await h.engine.resumeAll({ by: 'user:1' });
      expect(h.engine.pauseOfAll()).toBeUndefined();
    });

    it('no job is late, nor in the first minute after it', async () => {
      await make();
      await h.engine.createJob(job({ id: 'slots', interval: '1m', onDemand: undefined }));
      await h.engine.createJob(job({ id: 'hand' }));
      await h.engine.tick();
      await h.engine.pauseAll();
      await h.engine.trigger('hand');
      h.clock.advance(60 * MINUTE);
      await h.engine.tick();
      const late = async () =>
        (await h.engine.listJobs({ health: 'late' })).rows.map(({ job: { id } }) => id);
      expect(await late()).toEqual([]);
      expect((await h.engine.getJob('slots')).health.status).toBe('ok');
      expect((await h.engine.stats()).health.late).toBe(0);
      await h.engine.resumeAll();
      h.clock.advance(MINUTE - 1);
      expect(await late()).toEqual([]);
      h.clock.advance(2);
      expect(await late()).toEqual(['hand', 'slots']);
      expect((await h.engine.getJob('slots')).health).toMatchObject({
        status: 'late',
        since: T0 + 60 * MINUTE,
      });
    });

    it('each job keeps its own pause', async () => {
      await make();
      await h.engine.createJob(job({ id: 'slots', interval: '1m', onDemand: undefined }));
      await h.engine.pauseJob('slots', { reason: 'its own' });
      await h.engine.pauseAll();
      await h.engine.resumeAll();
      h.clock.advance(5 * MINUTE);
      await h.engine.tick();
      expect((await h.engine.getJob('slots')).job.pause?.reason).toBe('its own');
      expect(await runsOf('slots')).toEqual([]);
    });
  });

  it('a pause of all jobs ends by itself', async () => {
    await make();
    await h.engine.createJob(job({ id: 'slots', interval: '1m', onDemand: undefined }));
    await h.engine.tick();
    await h.engine.pauseAll({ until: at(T0 + 10 * MINUTE) });
    h.clock.advance(10 * MINUTE - 1);
    await h.engine.tick();
    expect(await runsOf('slots')).toEqual([]);
    h.clock.advance(1);
    expect(h.engine.pauseOfAll()).toBeUndefined();
    await h.engine.tick();
    expect(await runsOf('slots')).toHaveLength(1);
  });

  it('an engine that runs by itself continues once the pause of all jobs is over', async () => {
    await make({ autoRun: true });
    await h.engine.createJob(job({ id: 'slots', interval: '1m', onDemand: undefined }));
    await h.engine.pauseAll({ until: at(T0 + 10 * MINUTE) });
    await h.passUntil(T0 + 9 * MINUTE);
    expect(await runsOf('slots')).toEqual([]);
    await h.passUntil(T0 + 10 * MINUTE + 5_000);
    expect((await runsOf('slots')).length).toBeGreaterThan(0);
  });

  it('a second pause of all jobs replaces reason and end, and keeps the begin', async () => {
    await make();
    await h.engine.pauseAll({ reason: 'first', until: at(T0 + MINUTE) });
    h.clock.advance(1_000);
    expect(await h.engine.pauseAll({ reason: 'second' })).toEqual({ at: T0, reason: 'second' });
    h.clock.advance(5 * MINUTE);
    expect(h.engine.pauseOfAll()?.reason).toBe('second');
  });

  it('a pause of all jobs holds after a restart', async () => {
    await make();
    await h.engine.createJob(job({ id: 'slots', interval: '1m', onDemand: undefined }));
    await h.engine.pauseAll({ reason: 'upgrade' });
    const engine = await h.again();
    expect(engine.pauseOfAll()?.reason).toBe('upgrade');
    h.clock.advance(5 * MINUTE);
    await engine.tick();
    expect((await engine.listRuns({ jobId: 'slots' })).rows).toEqual([]);
  });

  it('a pause of all jobs that is over already is refused, and changes nothing', async () => {
    await make();
    await expect(h.engine.pauseAll({ until: at(T0) })).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ pointer: '/until' }],
    });
    expect(h.engine.pauseOfAll()).toBeUndefined();
  });

  describe('when answers of the store are lost or out of order', () => {
    const paused = () => h.engine.pauseOfAll()?.reason;
    const answerLost = async (asked: Promise<unknown>) => {
      await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
    };

    it('a lone node reads the pause again after a lost answer', async () => {
      await make();
      h.store.make('answer lost', 'pauseAll', 'resumeAll');
      await answerLost(h.engine.pauseAll({ reason: 'upgrade' }));
      await expect.poll(paused).toBe('upgrade');
      await answerLost(h.engine.resumeAll());
      await expect.poll(paused).toBeUndefined();
    });

    it('a lone node reads it again until a pause that got no answer may no longer be written', async () => {
      await make({ autoRun: true });
      const written = Promise.withResolvers<void>();
      const done = h.store.doLate(written.promise, 'pauseAll');
      await answerLost(h.engine.pauseAll({ reason: 'upgrade' }));
      await h.pass(30_000, 1_000);
      expect(paused()).toBeUndefined();
      written.resolve();
      await done;
      await h.pass(5_000, 1_000);
      expect(paused()).toBe('upgrade');
    });

    it('a lone node reads it again after a failed reading', async () => {
      await make({ autoRun: true });
      h.store.make('answer lost', 'pauseAll');
      h.store.make('fails', 'getPauseOfAll');
      await answerLost(h.engine.pauseAll({ reason: 'upgrade' }));
      // Longer than the write may take.
      await h.pass(2 * MINUTE, 1_000);
      expect(paused()).toBeUndefined();
      h.store.restore();
      await h.pass(5_000, 1_000);
      expect(paused()).toBe('upgrade');
    });

    it('a late answer to a pause does not undo the resume after it', async () => {
      await make();
      const late = Promise.withResolvers<void>();
      h.store.make(late.promise, 'pauseAll');
      const pausing = h.engine.pauseAll({ reason: 'upgrade' });
      await h.store.made('pauseAll');
      await h.engine.resumeAll();
      late.resolve();
      await pausing;
      expect(paused()).toBeUndefined();
    });

    it('a late answer to a reading does not undo the pause after it', async () => {
      await make();
      h.store.make('answer lost', 'resumeAll');
      const late = Promise.withResolvers<void>();
      h.store.make(late.promise, 'getPauseOfAll');
      const read = h.store.made('getPauseOfAll');
      await answerLost(h.engine.resumeAll());
      await read;
      await h.engine.pauseAll({ reason: 'upgrade' });
      late.resolve();
      await h.store.quiet();
      expect(paused()).toBe('upgrade');
    });

    it('a pause is known when its command returns, also if another answer came between', async () => {
      await make();
      const late = Promise.withResolvers<void>();
      h.store.make(late.promise, 'pauseAll');
      const first = h.engine.pauseAll({ reason: 'first' });
      await h.store.made('pauseAll');
      h.store.make('works', 'pauseAll');
      await h.engine.resumeAll();
      await h.engine.pauseAll({ reason: 'second' });
      late.resolve();
      await first;
      expect(paused()).toBe('second');
    });
  });

  it('the audit log and the events tell of it, once each', async () => {
    await make();
    const heard: string[] = [];
    const { unsubscribe } = h.engine.subscribe((event) => {
      if (event !== 'reset') heard.push(event.type);
    });
    await h.engine.pauseAll({ reason: 'upgrade' }, { by: 'user:1' });
    await h.engine.pauseAll({ reason: 'still' }, { by: 'user:2' });
    await h.engine.resumeAll({ by: 'user:3' });
    await h.engine.resumeAll({ by: 'user:3' });
    unsubscribe();
    expect(heard).toEqual(['jobs.paused', 'jobs.resumed']);
    const audit = await h.engine.listAudit();
    expect(audit.map(({ actor, action, target }) => [actor, action, target])).toEqual([
      ['user:3', 'jobs.resume_all', 'all'],
      ['user:2', 'jobs.pause_all', 'all'],
      ['user:1', 'jobs.pause_all', 'all'],
    ]);
    expect(await h.engine.listAudit({ idPrefix: 'al' })).toEqual([]);
  });
}
