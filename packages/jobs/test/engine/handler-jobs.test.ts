import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createJobs, type Jobs } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { asksInline, asksInThread, counted, greeted } from './asks-engine.ts';

const types = [counted, greeted, asksInline, asksInThread] as const;

describe.each([asksInline, asksInThread])('the engine of a handler: $type', (asks) => {
  let jobs: Jobs<typeof types>;
  beforeEach(async () => {
    jobs = createJobs({ store: createMemoryStore(), types, logger: silentLogger, shutdownTimeoutMs: 1_000 });
    await jobs.start();
    onTestFinished(() => jobs.stop());
  });
  const started = async (what: 'aborted' | 'abandoned') => {
    const { id } = (await jobs.enqueue(asks, { what })).run;
    await expect.poll(async () => (await jobs.getRun(id)).run.status).not.toBe('queued');
    return id;
  };
  const countedRuns = async () =>
    (await jobs.listRuns({ limit: 99 })).rows.filter(({ type }) => type === 'counted');

  it('enqueues runs, which the audit log shows as asked for by the run', async () => {
    const runId = await jobs.enqueueAndWait(asks, {});
    await expect.poll(async () => (await countedRuns())[0]?.run.status).toBe('succeeded');
    expect((await countedRuns()).map(({ run }) => run.id)).toEqual([runId]);
    const [asking] = (await jobs.listRuns({ jobId: `enqueued.${asks.type}`, limit: 1 })).rows;
    const [trigger] = await jobs.listAudit({ limit: 9, target: 'enqueued.counted', action: 'job.trigger' });
    expect(trigger?.actor).toBe(`run:${asking?.run.id}`);
  });

  it('schedules jobs, triggers them and cancels runs, with times as dates', async () => {
    expect(await jobs.enqueueAndWait(asks, { what: 'all' })).toMatchObject({ status: 'cancelled' });
    expect((await jobs.getJob('made')).job).toMatchObject({ type: 'counted', payload: '{"n":3}' });
    await expect
      .poll(async () => (await jobs.listRuns({ jobId: 'once', limit: 1 })).rows[0]?.run)
      .toMatchObject({
        status: 'succeeded',
        result: '4',
      });
  });

  it('gives the handler the error of a refused call', async () => {
    const refused = { name: 'EngineError', code: 'invalid', faults: [{ pointer: '/payload/n' }] };
    expect(await jobs.enqueueAndWait(asks, { what: 'refused' })).toMatchObject(refused);
  });

  it('takes what is left out, and refuses what is no JSON, as any engine does', async () => {
    expect(await jobs.enqueueAndWait(asks, { what: 'odd' })).toEqual({
      types: ['greeted', 'greeted'],
      errors: [
        { name: 'EngineError', pointers: ['/payload'] },
        { name: 'EngineError', pointers: ['/jobId'] },
      ],
    });
  });

  it('does nothing more once the signal has fired', async () => {
    const id = await started('aborted');
    const logged = async () => (await jobs.getLogs(id)).map(({ message }) => message);
    await expect.poll(logged).toEqual(['waits']);
    await jobs.cancelRun(id);
    await expect.poll(async () => (await jobs.getRun(id)).run.status).toBe('cancelled');
    expect(await logged()).toEqual(['waits', 'refused with the reason of the signal']);
    expect(await countedRuns()).toEqual([]);
  });

  it('survives a call that comes after the end of the handler', async () => {
    const id = await started('abandoned');
    await expect.poll(async () => (await jobs.getRun(id)).run.status).toBe('succeeded');
    expect(await jobs.enqueueAndWait(asks, {})).toEqual(expect.any(String));
  });

  it('R13: completes no run in a transaction of the handler on this store', async () => {
    expect(await jobs.enqueueAndWait(asks, { what: 'complete' })).toMatch(
      /^ctx\.complete\(\) needs PostgreSQL: the jobs are in SQLite or in memory here, .* Return the result instead|a handler in a thread can take part in no transaction/,
    );
  });

  it('takes part in no transaction of the caller on this store', async () => {
    const refused = { name: 'RunError', errors: [{ name: 'EngineError' }] };
    const waited = jobs.enqueueAndWait(asks, { what: 'tx' });
    await expect
      .poll(async () => (await jobs.listRuns({ limit: 9 })).rows[0]?.run.errors[0]?.name)
      .toBe('EngineError');
    const [view] = (await jobs.listRuns({ limit: 9 })).rows;
    await jobs.cancelRun(view?.run.id ?? '');
    await expect(waited).rejects.toMatchObject({ ...refused, code: 'cancelled' });
  });
});
