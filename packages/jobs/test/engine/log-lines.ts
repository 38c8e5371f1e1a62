import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createHarness,
  type Harness,
  job,
  type MakeDatabase,
  runOnce,
  untilAborted,
} from './engine-harness.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** What the log of the process says about attempts, and with which ids. */
export function logLines(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let lines: object[];
  let isTraced: boolean;
  beforeEach(async () => {
    lines = [];
    isTraced = false;
    const line = (level: string) => (fields: object, message: string) => {
      lines.push({ level, message, ...fields });
    };
    h = await createHarness(
      {
        logger: {
          isLevelEnabled: (level) => level !== 'debug',
          debug: line('debug'),
          info: line('info'),
          warn: line('warn'),
          error: line('error'),
        },
        tracing: {
          current: () => (isTraced ? `00-${TRACE}-b7ad6b7169203331-01` : undefined),
          begin: ({ origin }) => ({
            traceparent: origin.run,
            within: (work) => work(),
            end: () => undefined,
          }),
        },
      },
      makeDatabase,
    );
  });
  afterEach(() => h.close());

  describe('the log of the process', () => {
    it('has a failed attempt and a failed run, with job, run, attempt, trace, error and its causes', async () => {
      await h.engine.createJob(job({ maxAttempts: 2 }));
      h.deps.handler = () => {
        throw new RangeError('out of range', { cause: new Error('no such row') });
      };
      isTraced = true;
      const runId = await runOnce(h);
      h.clock.advance(3_600_000);
      await h.engine.tick();
      const ids = { jobId: 'job', type: 'work', runId, trace_id: TRACE };
      const err = {
        type: 'RangeError',
        message: 'out of range',
        stack: expect.stringContaining('log-lines'),
        causes: [{ type: 'Error', message: 'no such row', stack: expect.stringContaining('log-lines') }],
      };
      expect(lines).toEqual([
        {
          level: 'info',
          message: 'an attempt failed; the run is tried again',
          ...ids,
          attempt: 1,
          reason: 'error',
          err,
        },
        { level: 'warn', message: 'a run failed', ...ids, attempt: 2, reason: 'error', err },
      ]);
    });

    it('has what the handler logs, in the levels that it keeps; without a trace where there is none', async () => {
      await h.engine.createJob(job());
      h.deps.handler = ({ log }) => {
        log.debug('not this');
        log.info('working', { n: 1 });
        log.error('broken');
      };
      const runId = await runOnce(h);
      const ids = { jobId: 'job', type: 'work', runId, attempt: 1 };
      expect(lines).toEqual([
        { level: 'info', message: 'working', ...ids, fields: { n: 1 } },
        { level: 'error', message: 'broken', ...ids },
      ]);
      expect(await h.engine.getLogs(runId)).toHaveLength(3);
    });

    it('has as much of what a handler logs as the store keeps of it, and no more', async () => {
      await h.engine.createJob(job());
      h.deps.handler = ({ log }) => {
        for (let n = 0; n < 100; n++) log.info('x'.repeat(1_008));
      };
      await runOnce(h);
      expect(lines).toHaveLength(64);
    });

    it('has a cancel, and says nothing of runs that succeed', async () => {
      await h.engine.createJob(job());
      await runOnce(h);
      h.deps.handler = untilAborted;
      const runId = await runOnce(h);
      await h.engine.cancelRun(runId);
      await h.engine.tick();
      expect(lines).toEqual([
        { level: 'info', message: 'a run was cancelled', jobId: 'job', type: 'work', runId, attempt: 1 },
      ]);
    });

    it('costs no run when it throws', async () => {
      const full = () => {
        throw new Error('the disk is full');
      };
      const logger = { isLevelEnabled: full, debug: full, info: full, warn: full, error: full };
      const engine = await h.again({ logger });
      await engine.createJob(job({ overlap: 'allow', maxAttempts: 1 }));
      const endOf = async (handler: () => unknown) => {
        h.deps.handler = handler;
        const { run } = await engine.trigger('job');
        await engine.tick();
        return (await engine.getRun(run.id)).run.status;
      };
      expect(await endOf(() => 1n)).toBe('succeeded');
      expect(
        await endOf(() => {
          throw new Error('no luck');
        }),
      ).toBe('failed');
      expect(await endOf(() => undefined)).toBe('succeeded');
    });

    it('gets lines once, even if their report to the store failed', async () => {
      await h.engine.createJob(job());
      h.deps.handler = (ctx) => {
        ctx.log.warn('look');
        return untilAborted(ctx);
      };
      const { run } = await h.engine.trigger('job');
      h.store.make('fails', 'report');
      await expect(h.engine.tick()).rejects.toThrow('away');
      h.store.restore();
      h.clock.advance(2_000);
      await h.engine.tick();
      expect(await h.engine.getLogs(run.id)).toMatchObject([{ message: 'look' }]);
      expect(lines).toMatchObject([{ message: 'look' }]);
    });
  });
}
