import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { UntypedJobs } from '../../src/engine/engine.ts';
import type { BulkCommand, BulkEngine } from '../../src/engine/ports/bulk-port.ts';
import { EngineError, type JobStore, StoreError } from '../../src/index.ts';
import { bulkEnd } from './bulk-end.ts';
import { createHarness, type Harness, job, type MakeDatabase } from './engine-harness.ts';

const JOBS = 300;
/** How many pauses begin at once. */
const AT_ONCE = 250;

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
    await Promise.all(Array.from({ length: JOBS }, (_, n) => h.engine.createJob(job({ id: `job-${n}` }))));
  });

  const ended = (id: string | undefined, engine: UntypedJobs = h.engine) => bulkEnd(engine, id);
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

  /** The engine, with a `pauseJob` that waits until the test opens the gate. */
  const gated = () => {
    const started: string[] = [];
    const gate = Promise.withResolvers<void>();
    const engine = pausing((id) => {
      started.push(id);
      return gate.promise;
    });
    return { engine, started, open: () => gate.resolve() };
  };

  describe('the end of a bulk command', () => {
    it('starts no more items once it is cancelled; items done stay done', async () => {
      const { engine, started, open } = gated();
      const plan = await h.engine.bulkJobs({ action: 'pause', all: true }, { engine });
      const id = String(plan.id);
      await vi.waitFor(() => expect(started).toHaveLength(AT_ONCE), CONDITION_MS);
      expect(await h.engine.cancelBulkCommand(id, { by: 'user:2' })).toMatchObject({
        status: 'cancelling',
        cancelledBy: 'user:2',
      });
      const [entry] = await h.engine.listAudit({ action: 'bulk_command.cancel' });
      expect(entry).toMatchObject({ actor: 'user:2', change: '{"action":"jobs.bulk_pause"}' });
      open();
      expect(await ended(id)).toMatchObject({ status: 'cancelled', total: JOBS, done: AT_ONCE, failed: 0 });
      expect((await h.engine.listJobs({ status: 'paused', limit: JOBS })).rows).toHaveLength(AT_ONCE);
      await expect(h.engine.cancelBulkCommand(id)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/is over \(cancelled\)/),
      });
    });

    it('is interrupted by the stop of its engine, which waits for the items in work', async () => {
      const { engine, started, open } = gated();
      const plan = await h.engine.bulkJobs({ action: 'pause', all: true }, { engine });
      await vi.waitFor(() => expect(started).toHaveLength(AT_ONCE), CONDITION_MS);
      const next = await h.beside();
      const stopped = h.engine.stop();
      open();
      await stopped;
      expect(await ended(plan.id, next)).toMatchObject({ status: 'interrupted', done: AT_ONCE, failed: 0 });
    });

    it('of a killed node shows as interrupted', async () => {
      const { engine, started, open } = gated();
      onTestFinished(open);
      const plan = await h.engine.bulkJobs({ action: 'pause', all: true }, { engine });
      await vi.waitFor(() => expect(started).toHaveLength(AT_ONCE), CONDITION_MS);
      const next = await h.again();
      expect((await next.getBulkCommand(String(plan.id))).status).toBe('interrupted');
      const ofStatus = async (status: BulkCommand['status']) =>
        (await next.listBulkCommands({ status })).map(({ id }) => id);
      expect(await ofStatus('interrupted')).toEqual([plan.id]);
      expect(await ofStatus('running')).toEqual([]);
    });

    it('can be cancelled while its node seems dead: the node may only be paused, and would continue', async () => {
      const { engine, started, open } = gated();
      onTestFinished(open);
      const plan = await h.engine.bulkJobs({ action: 'pause', all: true }, { engine });
      await vi.waitFor(() => expect(started).toHaveLength(AT_ONCE), CONDITION_MS);
      const id = String(plan.id);
      const next = await h.again();
      const cancelled = await next.cancelBulkCommand(id, { by: 'user:2' });
      expect(cancelled).toMatchObject({ status: 'interrupted', cancelledBy: 'user:2' });
    });

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
      await vi.waitFor(() => expect(begun).toHaveLength(AT_ONCE), CONDITION_MS);
      // As another node does, which cannot tell this one.
      const audit = { actor: 'user:2', action: 'jobs.bulk_cancel', change: '{}' };
      await store?.cancelBulkCommand({ id: String(id), by: 'user:2', audit });
      h.clock.advance(1_000);
      first.resolve();
      await saved.promise;
      others.resolve();
      expect(await ended(id)).toMatchObject({
        status: 'cancelled',
        done: AT_ONCE + 1,
        cancelledBy: 'user:2',
      });
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

    it('comes at once when the database is lost: other items would fail, too', async () => {
      const engine = pausing(() => Promise.reject(new StoreError('gone', 'The file was removed.')));
      const { id } = await pauseAll(engine);
      expect(await ended(id)).toMatchObject({ status: 'interrupted', done: 0, failed: AT_ONCE });
    });

    let checks = 0;
    beforeEach(() => {
      checks = 0;
      h.store.watch('check', () => {
        checks += 1;
      });
    });
    const isAway = () => Promise.reject(new StoreError('unavailable', 'The database could not be used.'));
    /** Waits for the end of a command whose database is away until `back` is called. */
    const endedAfter = async (id: string | undefined, back: () => void) => {
      await vi.waitFor(() => expect(checks).toBeGreaterThan(0), CONDITION_MS);
      expect((await h.engine.getBulkCommand(String(id))).status).toBe('running');
      back();
      return vi.waitFor(async () => {
        h.clock.advance(1_000);
        const command = await h.engine.getBulkCommand(String(id));
        expect(['running', 'cancelling']).not.toContain(command.status);
        return command;
      }, CONDITION_MS);
    };

    it('waits while the database is away, and then changes all items', async () => {
      h.store.make('fails', 'check');
      let away = true;
      const { id } = await pauseAll(pausing(async () => (away ? isAway() : undefined)));
      const done = await endedAfter(id, () => {
        away = false;
        h.store.restore();
      });
      expect(done).toMatchObject({ status: 'finished', done: JOBS, failed: 0 });
    });

    it('says of a run that it may have been made when the database went away', async () => {
      h.store.make('fails', 'check');
      let away = true;
      const engine: BulkEngine = {
        ...h.engine,
        trigger: async (jobId, ...rest) => (away ? isAway() : h.engine.trigger(jobId, ...rest)),
      };
      const { id } = await h.engine.bulkJobs({ action: 'run', all: true }, { engine });
      const done = await endedAfter(id, () => {
        away = false;
        h.store.restore();
      });
      expect(done).toMatchObject({ status: 'finished', done: JOBS - 100, failed: 100 });
      expect(done.failures[0]?.detail).toMatch(/may or may not have changed/);
    });

    it('comes when it is cancelled while the database is away', async () => {
      h.store.make('fails', 'check');
      const { id } = await pauseAll(pausing(isAway));
      const done = await endedAfter(id, () => void h.engine.cancelBulkCommand(String(id)));
      expect(done).toMatchObject({ status: 'cancelled', done: 0, failed: AT_ONCE });
    });

    it('comes with the failure of each item that the database never takes', async () => {
      const { id } = await pauseAll(pausing(isAway));
      expect(await ended(id)).toMatchObject({ status: 'finished', done: 0, failed: JOBS });
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
