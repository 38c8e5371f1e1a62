import { afterEach, describe, expect, it } from 'vitest';
import { drain, resume } from './draining.ts';
import { createHarness, type Harness, job, type MakeDatabase, manualHandlers } from './engine-harness.ts';

interface Hold {
  readonly name: string;
  begin(h: Harness): Promise<unknown>;
  end(h: Harness): Promise<unknown>;
}

/** Two ways in which no run starts for a while. */
const HOLDS: readonly Hold[] = [
  {
    name: 'while all jobs are paused',
    begin: ({ engine }) => engine.pauseAll(),
    end: ({ engine }) => engine.resumeAll(),
  },
  { name: 'while the only node is drained', begin: drain, end: resume },
];

// Promises P36, tags and bulk; P42, drained nodes.
export function holdingStarts(makeDatabase: MakeDatabase): void {
  let h: Harness;
  afterEach(() => h.close());

  describe.each(HOLDS)('$name', ({ begin, end }) => {
    it('runs in progress finish, and those that wait for a place do not start', async () => {
      h = await createHarness({ concurrency: 1 }, makeDatabase);
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.createJob(job({ overlap: 'allow' }));
      const first = await h.engine.trigger('job');
      const second = await h.engine.trigger('job');
      await h.engine.tick();
      expect(manual.started).toEqual([first.run.id]);
      await begin(h);
      manual.end(0);
      await h.engine.tick();
      await h.engine.tick();
      expect((await h.engine.getRun(first.run.id)).run.status).toBe('succeeded');
      expect(manual.started).toEqual([first.run.id]);
      await end(h);
      await h.engine.tick();
      expect(manual.started).toEqual([first.run.id, second.run.id]);
      manual.end(1);
    });

    it('no slot becomes a run, and a run asked for by hand waits', async () => {
      h = await createHarness({}, makeDatabase);
      const runsOf = async (jobId: string) =>
        (await h.engine.listRuns({ jobId })).rows.map(({ run }) => [run.status, run.trigger]);
      await h.engine.createJob(job({ id: 'slots', interval: '1m', onDemand: undefined }));
      await h.engine.createJob(job({ id: 'hand' }));
      await h.engine.tick();
      await begin(h);
      await h.engine.trigger('hand');
      h.clock.advance(5 * 60_000);
      await h.engine.tick();
      expect(await runsOf('slots')).toEqual([]);
      expect(await runsOf('hand')).toEqual([['queued', 'manual']]);
      await end(h);
      await h.engine.tick();
      await h.engine.tick();
      expect(await runsOf('hand')).toEqual([['succeeded', 'manual']]);
      // The slots of that time are caught up as `catchUp` says: by default, once.
      expect(await runsOf('slots')).toEqual([['succeeded', 'schedule']]);
    });
  });
}
