import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { BULK_JOB_ACTIONS } from '../../src/core/bulk/bulk-command.ts';
import type { BulkCommand, BulkEngine } from '../../src/engine/ports/bulk-port.ts';
import { defineJobType, EngineError, type JobEvent } from '../../src/index.ts';
import { bulkEnd } from './bulk-end.ts';
import { createHarness, type Harness, job, type MakeDatabase, work } from './engine-harness.ts';

const other = defineJobType({ type: 'other', payload: z.object({}), run: async () => undefined });

/** Promise P36, tags and bulk: commands on many jobs or runs. */
export function bulkCommands(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({ jobTypes: [work, other] }, makeDatabase);
    onTestFinished(() => h.close());
  });

  const ended = (id: string | undefined) => bulkEnd(h.engine, id);
  const makeJobs = async (count: number, tags: readonly string[] = []) => {
    for (let n = 0; n < count; n += 1)
      await h.engine.createJob(job({ id: `${tags[0] ?? 'job'}-${n}`, tags }));
  };
  const paused = async () =>
    (await h.engine.listJobs({ status: 'paused', limit: 1_000 })).rows.map(({ job: { id } }) => id);
  const refusal = async (call: Promise<unknown>): Promise<EngineError> => {
    const error = await call.catch((thrown: unknown) => thrown);
    if (error instanceof EngineError) return error;
    throw new Error(`not refused: ${String(error)}`);
  };
  describe('a bulk command', () => {
    it('changes the jobs that match, page by page, and no others', async () => {
      await makeJobs(30, ['billing']);
      await makeJobs(3);
      const plan = await h.engine.bulkJobs(
        { action: 'pause', filter: { tags: ['billing'] }, reason: 'Upgrade' },
        { by: 'user:1' },
      );
      expect(plan).toMatchObject({ total: 30, notFound: 0 });
      expect(plan.first).toHaveLength(20);
      const done = await ended(plan.id);
      expect(done).toMatchObject({
        target: 'jobs',
        action: 'pause',
        status: 'finished',
        total: 30,
        done: 30,
        failed: 0,
        failures: [],
        createdBy: 'user:1',
      });
      expect(await paused()).toHaveLength(30);
      expect((await h.engine.getJob('billing-0')).job.pause).toMatchObject({
        reason: 'Upgrade',
        by: 'user:1',
      });
      const again = await h.engine.bulkJobs({ action: 'resume', all: true });
      expect((await ended(again.id)).done).toBe(33);
      expect(await paused()).toEqual([]);
      expect((await h.engine.listBulkCommands()).map(({ id }) => id)).toEqual([again.id, plan.id]);
    });

    it('says in a dry run what it would change, and changes nothing', async () => {
      await makeJobs(2, ['billing']);
      const filter = { tags: ['billing'] };
      expect(await h.engine.bulkJobs({ action: 'delete', filter, dryRun: true })).toEqual({
        total: 2,
        notFound: 0,
        first: [{ jobId: 'billing-0' }, { jobId: 'billing-1' }],
      });
      const byId = await h.engine.bulkJobs({ action: 'pause', ids: ['billing-0', 'nope'], dryRun: true });
      expect(byId).toMatchObject({ total: 2, notFound: 1 });
      expect(await h.engine.bulkJobs({ action: 'delete', filter: { q: 'nothing' } })).toEqual({
        total: 0,
        notFound: 0,
        first: [],
      });
      expect(await h.engine.listBulkCommands()).toEqual([]);
      expect((await h.engine.listJobs()).rows).toHaveLength(2);
    });

    it('goes on after an item that fails, and says why it failed', async () => {
      await makeJobs(2);
      const plan = await h.engine.bulkJobs({ action: 'pause', ids: ['job-0', 'gone', 'job-1', 'job-0'] });
      expect(await ended(plan.id)).toMatchObject({
        status: 'finished',
        total: 3,
        done: 2,
        failed: 1,
        failures: [{ jobId: 'gone', detail: 'There is no job with the id "gone".' }],
      });
    });

    it('keeps to the policy of its caller for each item', async () => {
      await makeJobs(1);
      await h.engine.createJob({ ...job({ id: 'other' }), type: 'other', payload: {} });
      const options = { by: 'token:1', policy: { types: ['work'] } };
      const plan = await h.engine.bulkJobs({ action: 'delete', all: true }, options);
      const done = await ended(plan.id);
      expect(done).toMatchObject({ done: 1, failed: 1 });
      expect(done.failures[0]).toMatchObject({ jobId: 'other', detail: expect.stringContaining('Refused') });
      expect((await h.engine.listJobs()).rows.map((row) => row.job.id)).toEqual(['other']);
    });

    it.each(BULK_JOB_ACTIONS)(
      'leaves a job alone that was made again after it was found: %s',
      async (action) => {
        await makeJobs(2);
        const engine: BulkEngine = {
          ...h.engine,
          listJobs: async (query) => {
            const page = await h.engine.listJobs(query);
            await h.engine.deleteJob('job-0');
            await h.engine.createJob(job({ id: 'job-0' }));
            await h.engine.pauseJob('job-1');
            return page;
          },
        };
        const tags = action === 'tag' || action === 'untag' ? ['eu'] : undefined;
        const plan = await h.engine.bulkJobs({ action, all: true, tags }, { engine });
        const done = await ended(plan.id);
        expect(done).toMatchObject({ failed: 1, failures: [{ jobId: 'job-0' }] });
        expect(done.failures[0]?.detail).toMatch(/deleted or changed after the command began/);
        expect((await h.engine.getJob('job-0')).job).toMatchObject({ status: 'active', version: 1 });
        expect((await h.engine.listRuns({ jobId: 'job-0' })).rows).toEqual([]);
      },
    );

    it('keeps the tags that others give a job at the same time', async () => {
      await makeJobs(1, ['eu']);
      let edits = 0;
      const engine: BulkEngine = {
        ...h.engine,
        getJob: async (id) => {
          const read = await h.engine.getJob(id);
          if (edits++ === 0) await h.engine.patchJob(id, { tags: ['eu', 'theirs'] });
          return read;
        },
      };
      const plan = await h.engine.bulkJobs({ action: 'tag', all: true, tags: ['ours'] }, { engine });
      expect(await ended(plan.id)).toMatchObject({ done: 1, failed: 0 });
      expect((await h.engine.getJob('eu-0')).job.tags).toEqual(['eu', 'ours', 'theirs']);
    });

    it('adds and removes tags, and keeps the others', async () => {
      await makeJobs(2, ['billing', 'eu']);
      const full = Array.from({ length: 16 }, (_, n) => `tag-${n}`);
      await h.engine.createJob(job({ id: 'full', tags: full }));
      const plan = await h.engine.bulkJobs({ action: 'tag', all: true, tags: ['urgent', 'eu'] });
      const done = await ended(plan.id);
      expect(done).toMatchObject({ done: 2, failed: 1 });
      expect(done.failures[0]).toMatchObject({ jobId: 'full', detail: expect.stringContaining('16') });
      expect((await h.engine.getJob('billing-0')).job.tags).toEqual(['billing', 'eu', 'urgent']);
      const untag = await h.engine.bulkJobs({
        action: 'untag',
        filter: { tags: ['eu'] },
        tags: ['eu', 'no'],
      });
      expect((await ended(untag.id)).done).toBe(2);
      expect((await h.engine.getJob('billing-1')).job.tags).toEqual(['billing', 'urgent']);
    });

    it('writes an audit entry of its own and one for each item', async () => {
      await makeJobs(2);
      const plan = await h.engine.bulkJobs({ action: 'pause', filter: { q: 'job-' } }, { by: 'user:1' });
      await ended(plan.id);
      const entries = (await h.engine.listAudit()).filter(({ action }) => action !== 'job.create');
      expect(entries.map(({ action, actor }) => [action, actor]).sort()).toEqual([
        ['job.pause', 'user:1'],
        ['job.pause', 'user:1'],
        ['jobs.bulk_pause', 'user:1'],
      ]);
      expect(entries.find(({ action }) => action === 'jobs.bulk_pause')?.change).toBe(
        '{"filter":{"q":"job-"},"total":2}',
      );
    });

    it('publishes its begin and its end', async () => {
      await makeJobs(1);
      const heard: JobEvent[] = [];
      h.engine.subscribe((event) => void (event !== 'reset' && heard.push(event)));
      const plan = await h.engine.bulkJobs({ action: 'pause', all: true });
      await ended(plan.id);
      await vi.waitFor(() => expect(heard.at(-1)?.type).toBe('bulk.finished'), CONDITION_MS);
      const own = heard.filter(({ type }) => type.startsWith('bulk.'));
      expect(own.map(({ type, data }) => [type, data?.status, data?.done])).toEqual([
        ['bulk.progress', 'running', 0],
        ['bulk.finished', 'finished', 1],
      ]);
      expect(own[0]?.data).toMatchObject({
        id: plan.id,
        target: 'jobs',
        action: 'pause',
        total: 1,
        failed: 0,
      });
    });

    it('is refused while five others search on the node, and the places are free again', async () => {
      await makeJobs(1);
      const search = () => h.engine.bulkJobs({ action: 'pause', all: true, dryRun: true });
      const asked = await Promise.allSettled(Array.from({ length: 6 }, search));
      expect(asked.map(({ status }) => status).sort()).toEqual([...Array(5).fill('fulfilled'), 'rejected']);
      expect(await search()).toMatchObject({ total: 1 });
    });

    it('is refused while five others run on the node', async () => {
      await makeJobs(1);
      const gate = Promise.withResolvers<void>();
      const engine: BulkEngine = { ...h.engine, pauseJob: () => gate.promise };
      const start = () => h.engine.bulkJobs({ action: 'pause', all: true }, { engine });
      const plans = [];
      for (let n = 0; n < 5; n += 1) plans.push(await start());
      expect(await refusal(start())).toMatchObject({
        code: 'too_many',
        message: expect.stringMatching(/5 bulk/),
      });
      const statuses = async (status: BulkCommand['status'] | readonly BulkCommand['status'][]) =>
        (await h.engine.listBulkCommands({ status, limit: 4 })).map((command) => command.status);
      await h.engine.cancelBulkCommand(String(plans[4]?.id));
      expect(await statuses('running')).toEqual(Array(4).fill('running'));
      expect(await statuses('cancelling')).toEqual(['cancelling']);
      expect(await statuses(['cancelling', 'running'])).toEqual(['cancelling', ...Array(3).fill('running')]);
      expect(await statuses(['finished', 'interrupted'])).toEqual([]);
      gate.resolve();
      for (const { id } of plans) await ended(id);
      await ended((await start()).id);
    });

    it('is of at most 100,000 jobs', async () => {
      await makeJobs(1);
      const page = await h.engine.listJobs();
      const rows = Array.from({ length: 1_000 }, () => page.rows).flat();
      const engine = { ...h.engine, listJobs: async () => ({ rows, next: { value: 'a', key: '1' } }) };
      const { faults } = await refusal(h.engine.bulkJobs({ action: 'pause', all: true }, { engine }));
      expect(faults).toEqual([
        { pointer: '/filter', detail: expect.stringMatching(/more than 100,000 jobs. Narrow the filter/) },
      ]);
    });

    it('has exactly one of ids, filter and all, and only fields of its action', async () => {
      const { bulkJobs, bulkRuns } = h.engine;
      const faultOf = async (call: Promise<unknown>) => {
        const { code, faults } = await refusal(call);
        expect(code).toBe('invalid');
        return faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
      };
      const action = 'pause';
      expect(await faultOf(bulkJobs({ action }))).toEqual([expect.stringMatching(/must say which jobs/)]);
      expect(await faultOf(bulkJobs({ action, ids: ['a'], all: true }))).toEqual([
        expect.stringMatching(/^\/all must be left out together with ids/),
      ]);
      expect(await faultOf(bulkJobs({ action, filter: {} }))).toEqual([
        expect.stringMatching(/^\/filter must have at least one condition.*all: true/),
      ]);
      expect(await faultOf(bulkRuns({ action: 'retry', filter: { tags: [] } }))).toHaveLength(1);
      expect(await faultOf(bulkRuns({ action: 'cancel', filter: { time: 'ran' } }))).toHaveLength(1);
      expect(await faultOf(bulkJobs({ action, ids: [] }))).toEqual([
        expect.stringMatching(/^\/ids must have/),
      ]);
      expect(await faultOf(bulkJobs({ action: 'resume', all: true, reason: 'x' }))).toEqual([
        expect.stringMatching(/^\/reason belongs to the action pause/),
      ]);
      expect(await faultOf(bulkJobs({ action: 'tag', all: true }))).toEqual([
        expect.stringMatching(/^\/tags must be the tags to add/),
      ]);
      expect(await faultOf(bulkJobs({ action, all: true, until: 'soon' }))).toHaveLength(1);
    });

    it('is seen by callers with the same bounds alone', async () => {
      await makeJobs(1);
      const plan = await h.engine.bulkJobs({ action: 'pause', all: true }, { scope: 'a' });
      const id = String(plan.id);
      await ended(id);
      expect((await h.engine.getBulkCommand(id, { scope: 'a' })).id).toBe(id);
      expect((await refusal(h.engine.getBulkCommand(id, { scope: 'b' }))).code).toBe('not_found');
      expect(await h.engine.listBulkCommands({ scope: 'b' })).toEqual([]);
      expect(await h.engine.listBulkCommands({ scope: 'a' })).toHaveLength(1);
      expect((await refusal(h.engine.cancelBulkCommand(id, { scope: 'b' }))).code).toBe('not_found');
    });
  });
}
