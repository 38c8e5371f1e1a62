import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, work } from './engine-harness.ts';

const HOUR = 3_600_000;
const GATE = { job: 'import', succeededWithin: '24h' } as const;

/** Slots that get a run only while another job has succeeded recently (P32, chains and gates). */
export function gates(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
    await h.engine.schedule(work, { id: 'import', onDemand: true });
  });

  const refused = async (input: Parameters<typeof job>[0], pointer: string, detail: string) => {
    const faults = [{ pointer, detail: expect.stringContaining(detail) }];
    await expect(h.engine.createJob(job(input))).rejects.toMatchObject({ code: 'invalid', faults });
  };

  it('runs the slots that are due after a success of the other job, and skips the others', async () => {
    const events: string[] = [];
    h.engine.subscribe((event) => void events.push(event === 'reset' ? event : event.type));
    await h.engine.schedule(work, { id: 'report', interval: '1h', onlyIf: GATE });
    h.clock.advance(HOUR);
    await h.engine.tick();
    expect(events).toContain('run.skipped');
    expect((await h.engine.listRuns({ jobId: 'report' })).rows).toMatchObject([
      { run: { reason: 'upstream' } },
    ]);
    await h.engine.trigger('import');
    await h.engine.tick();
    h.clock.advance(HOUR);
    await h.engine.tick();
    await h.engine.tick();
    expect((await h.engine.listRuns({ jobId: 'report', limit: 1 })).rows).toMatchObject([
      { run: { status: 'succeeded' } },
    ]);
    expect((await h.engine.activity()).skipped).toMatchObject({ upstream: 1 });
  });

  it.each([
    ['0.5s', 'must be from 1s to 9600h'],
    ['9601h', 'must be from 1s to 9600h'],
    ['soon', 'must be a duration such as 5m'],
  ])('a time of %s is refused', async (succeededWithin, detail) => {
    await refused(
      { onDemand: undefined, interval: '1h', onlyIf: { ...GATE, succeededWithin } },
      '/onlyIf/succeededWithin',
      detail,
    );
  });

  it('refuses a gate of a job that does not exist, of itself, and of a job without slots', async () => {
    const hourly = { onDemand: undefined, interval: '1h' } as const;
    await refused(
      { ...hourly, onlyIf: { ...GATE, job: 'imprt' } },
      '/onlyIf/job',
      'No job has the id "imprt"',
    );
    await refused({ ...hourly, onlyIf: { ...GATE, job: 'job' } }, '/onlyIf/job', "can't wait for itself");
    await refused(
      { onDemand: true, onlyIf: GATE },
      '/onlyIf',
      'only goes with interval, cron, rrule, runAt or after',
    );
    await expect(h.engine.getJob('job')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a patch changes the gate, null takes it away, and an equal one changes nothing', async () => {
    await h.engine.schedule(work, { id: 'report', interval: '1h', onlyIf: GATE });
    const same = await h.engine.patchJob('report', { onlyIf: { ...GATE, succeededWithin: '1440m' } });
    expect(same.job).toMatchObject({ version: 1, onlyIf: { job: 'import', succeededWithinMs: 24 * HOUR } });
    const longer = await h.engine.patchJob('report', { onlyIf: { ...GATE, succeededWithin: '48h' } });
    expect(longer.job.onlyIf?.succeededWithinMs).toBe(48 * HOUR);
    expect((await h.engine.patchJob('report', { name: 'Other' })).job.onlyIf).toEqual(longer.job.onlyIf);
    expect((await h.engine.patchJob('report', { onlyIf: null })).job).not.toHaveProperty('onlyIf');
  });

  it('a circle is refused in words', async () => {
    await h.engine.schedule(work, { id: 'report', interval: '1h', onlyIf: GATE });
    const patch = {
      onDemand: undefined,
      interval: '1h',
      onlyIf: { job: 'report', succeededWithin: '1h' },
    } as const;
    await expect(h.engine.patchJob('import', patch)).rejects.toMatchObject({
      code: 'invalid',
      faults: [
        { pointer: '/onlyIf/job', detail: expect.stringContaining('must not be the id of a job that waits') },
      ],
    });
  });
}
