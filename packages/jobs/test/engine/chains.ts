import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, work } from './engine-harness.ts';

/** Runs that start when runs of another job end (P32, chains and gates). */
export function chains(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
    await h.engine.schedule(work, { id: 'import', onDemand: true });
  });

  const settled = async () => {
    for (let n = 0; n < 4; n += 1) await h.engine.tick();
  };

  it('the end of a run starts a run of each job that follows, without a wait', async () => {
    await h.engine.schedule(work, { id: 'report', after: { job: 'import' } });
    await h.engine.schedule(work, { id: 'mail', after: { job: 'report', on: 'finished' } });
    const { run } = await h.engine.trigger('import');
    await settled();
    const [report] = (await h.engine.listRuns({ jobId: 'report' })).rows;
    expect(report).toMatchObject({
      run: { status: 'succeeded', trigger: 'chain' },
      triggeredBy: { runId: run.id, jobId: 'import' },
    });
    const [mail] = (await h.engine.listRuns({ jobId: 'mail' })).rows;
    expect(mail).toMatchObject({ triggeredBy: { runId: report?.run.id, jobId: 'report' } });
    expect((await h.engine.getRun(run.id)).triggered).toEqual([{ runId: report?.run.id, jobId: 'report' }]);
  });

  it('A4: the default overlap is queue', async () => {
    const { job: made } = await h.engine.schedule(work, { id: 'report', after: { job: 'import' } });
    expect(made).toMatchObject({ overlap: 'queue', schedule: { kind: 'after', on: 'succeeded' } });
    const { job: own } = await h.engine.schedule(work, {
      id: 'own',
      after: { job: 'import' },
      overlap: 'skip',
    });
    expect(own.overlap).toBe('skip');
  });

  it('A7: with a calendar that moves, the run starts at the end of the window', async () => {
    const [start, end] = [h.clock.now(), h.clock.now() + 3_600_000];
    const at = (ms: number) => new Date(ms).toISOString();
    await h.engine.putCalendar('night', { windows: [{ startAt: at(start), endAt: at(end) }] });
    const calendar = { id: 'night', mode: 'move' } as const;
    await h.engine.schedule(work, { id: 'report', after: { job: 'import' }, calendar });
    await h.engine.trigger('import');
    await settled();
    const report = async () => (await h.engine.listRuns({ jobId: 'report' })).rows[0]?.run;
    expect(await report()).toMatchObject({ status: 'queued', availableAt: end });
    h.clock.advance(3_600_000 - 1_000);
    await settled();
    expect(await report()).toMatchObject({ status: 'queued' });
    h.clock.advance(1_000);
    await settled();
    expect(await report()).toMatchObject({ status: 'succeeded', startedAt: end });
  });

  it('A12: it has no slots to show', async () => {
    await h.engine.schedule(work, { id: 'report', after: { job: 'import' } });
    expect((await h.engine.preview({ schedule: { after: { job: 'import' } }, count: 3 })).times).toEqual([]);
    expect((await h.engine.getJob('report')).job).not.toHaveProperty('nextRunAt');
  });

  it('D12: every 10 s, it looks for ends that earlier versions left, also while new ends come all the time', async () => {
    await h.engine.schedule(work, { id: 'report', after: { job: 'import' } });
    await settled();
    const looks: unknown[] = [];
    h.store.refuse('plan', ([input]) => {
      looks.push(Reflect.get(Object(input), 'startsChains'));
      return false;
    });
    for (let seconds = 0; seconds < 25; seconds += 1) {
      h.clock.advance(1_000);
      await h.engine.trigger('import');
      await settled();
    }
    expect(looks.filter((ends) => ends === 'noted').length).toBeGreaterThan(10);
    expect(looks.filter((ends) => ends === 'all')).toHaveLength(2);
  });

  it('A15: a backfill is refused', async () => {
    await h.engine.schedule(work, { id: 'report', after: { job: 'import' } });
    const past = { from: new Date(h.clock.now() - 3_600_000) };
    await expect(h.engine.backfillJob('report', past)).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each([
    [{ startAt: '2030-01-01T00:00:00Z' }, '/startAt'],
    [{ spread: '5m' }, '/spread'],
    [{ cron: '0 0 * * *' }, '/cron'],
    [{ catchUp: 'all', overlap: 'queue' }, '/catchUp'],
    [{ after: { job: 'imprt' } }, '/after/job'],
    [{ after: { job: 'job' } }, '/after/job'],
    [{ endAt: '2020-01-01T00:00:00Z' }, '/endAt'],
  ] as const)('%j with after is refused at %s', async (more, pointer) => {
    const input = { onDemand: undefined, after: { job: 'import' }, ...more };
    const faults = expect.arrayContaining([expect.objectContaining({ pointer })]);
    await expect(h.engine.createJob(job(input))).rejects.toMatchObject({ code: 'invalid', faults });
  });

  it('a patch to another schedule takes the chain away, and one back brings it', async () => {
    await h.engine.schedule(work, { id: 'report', after: { job: 'import' }, maxRuns: 5 });
    const hourly = await h.engine.patchJob('report', { interval: '1h' });
    expect(hourly.job.schedule).toMatchObject({ kind: 'interval' });
    expect(hourly.job.schedule).not.toHaveProperty('maxRuns');
    const back = await h.engine.patchJob('report', { after: { job: 'import', on: 'failed' } });
    expect(back.job.schedule).toEqual({ kind: 'after', job: 'import', on: 'failed' });
    expect(back.job).not.toHaveProperty('nextRunAt');
  });
}
