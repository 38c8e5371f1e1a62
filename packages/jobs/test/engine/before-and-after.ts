import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createEngine, type UntypedJobs } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { job as declared, type JobStore, StoreError } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, type Deps, type Harness, job, type MakeDatabase, work } from './engine-harness.ts';

/** What callers are told before an engine has started, and once it has stopped. */
export function beforeAndAfter(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
    // On SQLite, one engine at a time has the file.
    await h.engine.stop();
  });

  const create = (store: JobStore, more: Partial<EngineOptions<Deps>> = {}) => {
    const engine = createEngine({
      store,
      jobTypes: [work],
      deps: h.deps,
      clock: h.clock,
      logger: silentLogger,
      autoRun: false,
      ...more,
    });
    onTestFinished(() => engine.stop());
    return engine;
  };

  /** Calls each method that needs the store, and returns the distinct refusals. */
  const refusals = async (engine: UntypedJobs) => {
    const answers = await Promise.allSettled([
      engine.check(),
      engine.createJob(job()),
      engine.putJob(job()),
      engine.schedule('work', { id: 'job', onDemand: true }),
      engine.patchJob('job', { name: 'Other' }),
      engine.deleteJob('job'),
      engine.getJob('job'),
      engine.listJobs({ limit: 1 }),
      engine.pauseJob('job'),
      engine.resumeJob('job'),
      engine.preview({ jobId: 'job', patch: {}, count: 1 }),
      engine.forecast(),
      engine.backfillJob('job', { from: 0 }),
      engine.getBackfill('1'),
      engine.listBackfills(),
      engine.cancelBackfill('1'),
      engine.bulkJobs({ action: 'pause', all: true }),
      engine.bulkRuns({ action: 'retry', all: true }),
      engine.getBulkCommand('1'),
      engine.listBulkCommands(),
      engine.cancelBulkCommand('1'),
      engine.trigger('job'),
      engine.enqueue('work', {}),
      engine.enqueueAndWait('work', {}),
      engine.getRun('1'),
      engine.listRuns({ limit: 1 }),
      engine.getLogs('1'),
      engine.cancelRun('1'),
      engine.retryRun('1'),
      engine.listAudit({ limit: 1 }),
      engine.stats(),
      engine.listNodes(),
      engine.drainNode('1'),
      engine.resumeNode('1'),
      engine.createAlertChannel({ id: 'ops', kind: 'slack' }),
      engine.patchAlertChannel('ops', {}),
      engine.deleteAlertChannel('ops'),
      engine.getAlertChannel('ops'),
      engine.listAlertChannels(),
      engine.listSecrets(),
      engine.putSecret('A', 'b'),
      engine.deleteSecret('A'),
      engine.resealSecrets(),
      engine.testAlertChannel('ops'),
      engine.listAlertDeliveries(),
      engine.retryAlertDelivery('1'),
    ]);
    const texts = answers.map((answer) =>
      answer.status === 'fulfilled'
        ? 'done'
        : `${answer.reason.name} ${answer.reason.code}: ${answer.reason.message}`,
    );
    return [...new Set(texts)];
  };

  describe('each method', () => {
    it('says that the engine has not started, is starting, or has stopped', async () => {
      const engine = create(h.openStore());
      expect(await refusals(engine)).toEqual([
        'EngineError unavailable: The engine has not started: await jobs.start() first.',
      ]);
      const starting = engine.start();
      expect(await refusals(engine)).toEqual([
        'EngineError unavailable: The engine is starting: await jobs.start() first.',
      ]);
      await starting;
      expect((await engine.listRuns({ limit: 1 })).rows).toEqual([]);
      await engine.stop();
      expect(await refusals(engine)).toEqual([
        'EngineError unavailable: The engine has stopped: make a new one with createJobs(), and start it.',
      ]);
    });

    it('says that the engine could not start', async () => {
      const open = async () => {
        throw new Error('away');
      };
      const engine = create({ ...h.openStore(), open });
      await expect(engine.start()).rejects.toThrow('away');
      expect(await refusals(engine)).toEqual([
        'EngineError unavailable: The engine could not start: the error of jobs.start() says why.',
      ]);
    });
  });

  it('a stop does not wait for a start that repeats its declaration of jobs', async () => {
    let tries = 0;
    let stopped: Promise<void> | undefined;
    const declareJobs = async () => {
      tries += 1;
      if (tries === 2) stopped = engine.stop();
      throw new StoreError('busy', 'others have locked the job');
    };
    const jobs = [declared(work, { id: 'a', interval: '1h' })];
    const engine = create({ ...h.openStore(), declareJobs }, { jobs });
    await expect(engine.start()).rejects.toMatchObject({ code: 'busy' });
    await stopped;
    expect(tries).toBe(2);
  });
}
