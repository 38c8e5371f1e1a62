import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineJobType, EngineError, type JobPolicy } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, work } from './engine-harness.ts';

const other = defineJobType({ type: 'other', payload: z.object({}), run: async () => undefined });

/** What a caller may make, beside its right (P39, policies). */
export function policies(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({ jobTypes: [work, other] }, makeDatabase);
    onTestFinished(() => h.close());
  });

  const options = (policy: JobPolicy) => ({ by: 'token:7', policy });
  const refusal = async (call: Promise<unknown>): Promise<EngineError> => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof EngineError) || error.code !== 'forbidden')
      throw new Error(`not refused: ${String(error)}`);
    return error;
  };
  const refusedAt = async (call: Promise<unknown>) =>
    (await refusal(call)).faults.map(({ pointer }) => pointer);

  describe('policies', () => {
    it('judge every gap of a schedule, of a new job and of an edit', async () => {
      const { createJob, patchJob } = h.engine;
      const strict = options({ minInterval: '5m' });
      const uneven = { ...job(), id: 'uneven', onDemand: undefined, cron: '0,59 3 * * *' };
      expect(
        await refusedAt(createJob({ ...job(), onDemand: undefined, interval: '4m59s' }, strict)),
      ).toEqual(['/interval']);
      // One minute lies between none of its slots, but between 03:59 and 04:00 with another hour.
      await createJob(uneven, strict);
      const { message } = await refusal(patchJob('uneven', { cron: '0,59 3,4 * * *' }, strict));
      expect(message).toBe(
        'Refused: your policy requires at least 5m between two slots; two slots of this schedule are 1m apart.',
      );
      await createJob({ ...job(), id: 'by-hand' }, strict);
      expect((await h.engine.getJob('uneven')).job.version).toBe(1);
    });

    it('Q15: judge every gap of a recurrence rule', async () => {
      const { createJob, patchJob } = h.engine;
      const strict = options({ minInterval: '48h' });
      const rule = (rrule: string) => ({
        ...job(),
        onDemand: undefined,
        startAt: '2035-01-01T09:00:00Z',
        rrule,
      });
      await createJob(rule('FREQ=DAILY;INTERVAL=2'), strict);
      await createJob({ ...rule('FREQ=MONTHLY;BYMONTHDAY=1,-3'), id: 'apart' }, strict);
      // Two days apart in months of 30 days, and one in February of most years.
      const { message } = await refusal(
        patchJob('apart', { rrule: 'FREQ=MONTHLY;BYMONTHDAY=28,-1' }, strict),
      );
      expect(message).toMatch(/two slots of this schedule are 24h apart/);
      const refused = createJob({ ...rule('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU'), id: 'close' }, strict);
      expect(await refusedAt(refused)).toEqual(['/rrule']);
    });

    it('S9: judge slots, and not when a spread makes them due', async () => {
      const strict = options({ minInterval: '5m' });
      const slots = { ...job(), onDemand: undefined, interval: '5m', spread: '5m' };
      await h.engine.createJob({ ...slots, maxRuns: 1 }, strict);
      expect(await refusedAt(h.engine.patchJob('job', { interval: '4m', spread: '4m' }, strict))).toEqual([
        '/interval',
      ]);
    });

    it('bound the types whose jobs a caller makes, changes, runs and deletes', async () => {
      const { engine } = h;
      await engine.createJob({ ...job(), type: 'other', payload: {} });
      const strict = options({ types: ['work'] });
      const made = await engine.trigger('job');
      for (const call of [
        () => engine.createJob({ ...job(), id: 'second', type: 'other', payload: {} }, strict),
        () => engine.putJob({ ...job(), type: 'other', payload: {}, name: 'New' }, strict),
        () => engine.patchJob('job', { name: 'New' }, strict),
        () => engine.pauseJob('job', {}, strict),
        () => engine.resumeJob('job', strict),
        () => engine.trigger('job', {}, strict),
        () => engine.enqueue('other', {}, strict),
        () => engine.cancelRun(made.run.id, {}, strict),
        () => engine.retryRun(made.run.id, strict),
        () => engine.deleteJob('job', strict),
      ])
        expect(await refusedAt(call())).toEqual(['/type']);
      await engine.createJob({ ...job(), id: 'mine' }, strict);
      await engine.trigger('mine', {}, strict);
      await engine.enqueue(work, { n: 1 }, strict);
      await engine.deleteJob('mine', strict);
    });

    it('bound the tags of jobs', async () => {
      const { createJob, patchJob } = h.engine;
      const strict = options({ tags: ['billing', 'eu'] });
      expect(await refusedAt(createJob(job(), strict))).toEqual(['/tags']);
      expect(await refusedAt(createJob({ ...job(), tags: ['eu', 'us'] }, strict))).toEqual(['/tags']);
      await createJob({ ...job(), tags: ['eu'] }, strict);
      expect(await refusedAt(patchJob('job', { tags: null }, strict))).toEqual(['/tags']);
      await patchJob('job', { tags: ['billing'] }, strict);
    });

    it('bound the number of jobs that a caller has, also when it asks for many at once', async () => {
      const { createJob, putJob, deleteJob } = h.engine;
      await createJob({ ...job(), id: 'of-others' });
      const strict = options({ maxJobs: 3 });
      const asked = await Promise.allSettled(
        Array.from({ length: 12 }, (_, n) => createJob({ ...job(), id: `job-${n}` }, strict)),
      );
      const made = asked.filter(({ status }) => status === 'fulfilled');
      expect(made).toHaveLength(3);
      const { message } = await refusal(putJob({ ...job(), id: 'one-more' }, strict));
      expect(message).toContain('your policy allows at most 3 jobs made by you at a time');
      const { rows } = await h.engine.listJobs();
      const mine = rows.find(({ job: { createdBy } }) => createdBy === 'token:7')?.job.id ?? '';
      // An edit makes no job.
      await putJob({ ...job(), id: mine, name: 'New' }, strict);
      await expect(createJob({ ...job(), id: mine }, strict)).rejects.toMatchObject({ code: 'exists' });
      await deleteJob(mine, strict);
      await createJob({ ...job(), id: 'one-more' }, strict);
    });

    it('are refused if they bound nothing by mistake', async () => {
      for (const policy of [{ minInterval: '5' }, { min_interval: '5m' }, { maxJobs: -1 }, { tags: 'eu' }])
        await expect(h.engine.createJob(job(), options(policy as never))).rejects.toMatchObject({
          code: 'invalid',
        });
    });
  });
}
