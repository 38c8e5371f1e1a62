import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { BulkCommand, BulkEngine } from '../../src/engine/ports/bulk-port.ts';
import { EngineError, type JobStore } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase } from './engine-harness.ts';

const JOBS = 150;

/** Promise P36, tags and bulk: what a command finds, and how it ends. */
export function bulkEnds(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let store: JobStore | undefined;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase, (opened) => {
      store = opened;
      return opened;
    });
    onTestFinished(() => h.close());
    for (let n = 0; n < JOBS; n += 1) await h.engine.createJob(job({ id: `job-${n}` }));
  });

  const ended = (id: string | undefined): Promise<BulkCommand> =>
    vi.waitFor(async () => {
      const command = await h.engine.getBulkCommand(String(id));
      expect(['running', 'cancelling']).not.toContain(command.status);
      return command;
    }, CONDITION_MS);
  /** The engine, with another `pauseJob`. */
  const pausing = (pauseJob: (id: string) => Promise<void>): BulkEngine => ({
    ...h.engine,
    pauseJob: async (id, ...rest) => {
      await pauseJob(id);
      return h.engine.pauseJob(id, ...rest);
    },
  });
  /** The engine, with pages of jobs that do not end; a search that reads on fails at the tenth. */
  const endless = (read: () => void): BulkEngine => {
    let pages = 0;
    return {
      ...h.engine,
      listJobs: async () => {
        pages += 1;
        if (pages > 10) throw new Error('the search does not end');
        read();
        return { rows: [], next: { value: 'a', key: '1' } };
      },
    };
  };
  const pauseAll = (engine: BulkEngine, options = {}) =>
    h.engine.bulkJobs({ action: 'pause', all: true }, { engine, ...options });

  describe('the search of a bulk command', () => {
    it('may find exactly 100,000 jobs', async () => {
      const page = await h.engine.listJobs({ limit: 100 });
      const rows = Array.from({ length: 1_000 }, () => page.rows).flat();
      const engine: BulkEngine = { ...h.engine, listJobs: async () => ({ rows }) };
      const plan = await h.engine.bulkJobs({ action: 'pause', all: true, dryRun: true }, { engine });
      expect(plan.total).toBe(100_000);
    });

    it('ends after 20 s, and says how to narrow the filter', async () => {
      const engine = endless(() => h.clock.advance(11_000));
      const faults = await pauseAll(engine).catch((error: unknown) => Object(error).faults);
      expect(faults).toMatchObject([
        { detail: expect.stringMatching(/more than 20 s .* Narrow the filter/) },
      ]);
    });

    it('ends when its caller has left', async () => {
      const aborting = new AbortController();
      let reads = 0;
      const engine = endless(() => {
        reads += 1;
        aborting.abort();
      });
      await expect(pauseAll(engine, { signal: aborting.signal })).rejects.toThrow();
      expect(reads).toBe(1);
      expect(await h.engine.listBulkCommands()).toEqual([]);
    });
  });

  describe('the end of a bulk command', () => {
    it('comes soon after a cancel by way of another node', async () => {
      const first = Promise.withResolvers<void>();
      const others = Promise.withResolvers<void>();
      const begun: string[] = [];
      const engine = pausing((id) => (begun.push(id) === 1 ? first.promise : others.promise));
      const saved = Promise.withResolvers<void>();
      h.engine.subscribe((event) => {
        if (event !== 'reset' && event.type === 'bulk.progress' && event.data?.done === 1) saved.resolve();
      });
      const { id } = await pauseAll(engine);
      await vi.waitFor(() => expect(begun).toHaveLength(100), CONDITION_MS);
      // As another node does, which cannot tell this one.
      const audit = { actor: 'user:2', action: 'jobs.bulk_cancel', change: '{}' };
      await store?.cancelBulkCommand({ id: String(id), by: 'user:2', audit });
      h.clock.advance(1_000);
      first.resolve();
      await saved.promise;
      others.resolve();
      expect(await ended(id)).toMatchObject({ status: 'cancelled', done: 101, cancelledBy: 'user:2' });
    });

    it('is finished if all items were done when the cancel came', async () => {
      const gate = Promise.withResolvers<void>();
      const plan = await h.engine.bulkJobs(
        { action: 'pause', ids: ['job-1'] },
        { engine: pausing(() => gate.promise) },
      );
      await h.engine.cancelBulkCommand(String(plan.id));
      gate.resolve();
      expect(await ended(plan.id)).toMatchObject({ status: 'finished', done: 1 });
    });

    it('comes at once when the database is away: other items would fail, too', async () => {
      const engine = pausing(() => Promise.reject(new EngineError('unavailable', 'The database is away.')));
      const { id } = await pauseAll(engine);
      expect(await ended(id)).toMatchObject({ status: 'interrupted', done: 0, failed: 100 });
    });

    it('keeps the first 100 failures, and counts all', async () => {
      const engine = pausing(() => Promise.reject(new EngineError('conflict', 'No.')));
      const { id } = await pauseAll(engine);
      const done = await ended(id);
      expect(done).toMatchObject({ status: 'finished', failed: JOBS });
      expect(done.failures).toHaveLength(100);
    });

    it('is saved again when the database did not answer', async () => {
      h.store.make('fails', 'saveBulkCommand');
      const { id } = await pauseAll(h.engine);
      await vi.waitFor(
        async () =>
          expect((await h.engine.listJobs({ status: 'paused', limit: JOBS })).rows).toHaveLength(JOBS),
        CONDITION_MS,
      );
      await h.store.quiet();
      expect((await h.engine.getBulkCommand(String(id))).status).toBe('running');
      h.store.restore();
      await vi.waitFor(async () => {
        h.clock.advance(1_000);
        expect((await h.engine.getBulkCommand(String(id))).status).toBe('finished');
      }, CONDITION_MS);
    });
  });
}
