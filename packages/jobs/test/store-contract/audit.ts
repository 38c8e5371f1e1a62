import { describe, expect, it } from 'vitest';
import {
  definitionOf,
  definitionPart,
  type MakeStore,
  ON_DEMAND,
  required,
  SECOND,
  T0,
  useStore,
} from './rig.ts';

export function auditContract(makeStore: MakeStore): void {
  describe('audit', () => {
    const t = useStore(makeStore);
    const by = (action: string) => ({ actor: 'ada', action, change: `{"did":"${action}"}` });
    const actions = async () => (await t.store.listAudit({ limit: 50 })).map(({ action }) => action);

    it('records who changed what and when, newest first', async () => {
      await t.store.insertJob({
        definition: definitionOf('a', { schedule: ON_DEMAND }),
        audit: by('job.create'),
      });
      t.clock.advance(SECOND);
      const { queued } = await t.done('a', { kind: 'trigger' }, { audit: by('job.run') });
      t.clock.advance(SECOND);
      const runId = required(queued[0]).id;
      await t.store.cancelRun({ runId, force: false, audit: by('run.cancel') });
      expect(await t.store.listAudit({ limit: 50 })).toMatchObject([
        {
          at: T0 + 2 * SECOND,
          actor: 'ada',
          action: 'run.cancel',
          target: runId,
          change: '{"did":"run.cancel"}',
        },
        { at: T0 + SECOND, action: 'job.run', target: 'a' },
        { at: T0, action: 'job.create', target: 'a' },
      ]);
    });

    it('what was refused, stale or changed nothing is not a change', async () => {
      const job = await t.create('a');
      await t.command('a', { kind: 'resume' }, { audit: by('resume') });
      await t.command('a', { kind: 'edit', definition: definitionPart(job) }, { audit: by('edit') });
      await t.command('a', { kind: 'delete' }, { ifVersion: 9, audit: by('delete') });
      await t.command('a', { kind: 'trigger', runAt: T0 + 9 * SECOND }, { audit: by('trigger') });
      await t.store.insertJob({ definition: definitionOf('a'), audit: by('create') });
      await t.store.cancelRun({ runId: '5', force: true, audit: by('cancel') });
      await t.store.makeDue({ runId: '5', audit: by('retry') });
      expect(await actions()).toEqual([]);
    });

    it('a cancel requested twice is recorded once', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const { id: runId } = await t.claimOne();
      await t.store.cancelRun({ runId, force: false, audit: by('run.cancel') });
      await t.store.cancelRun({ runId, force: false, audit: by('run.cancel') });
      expect(await actions()).toEqual(['run.cancel']);
    });

    it('is paged by the id of a row', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 5; n += 1) await t.done('a', { kind: 'trigger' }, { audit: by(`run-${n}`) });
      const first = await t.store.listAudit({ limit: 3 });
      const last = required(first.at(-1));
      const rest = await t.store.listAudit({ limit: 3, before: { at: last.at, id: Number(last.id) } });
      expect([...first, ...rest].map(({ action }) => action)).toEqual([
        'run-4',
        'run-3',
        'run-2',
        'run-1',
        'run-0',
      ]);
    });

    it('names the job of each change, and the job of a run', async () => {
      const job = await t.create('a', { schedule: ON_DEMAND, name: 'Import' });
      const { queued } = await t.done('a', { kind: 'trigger' }, { audit: by('job.trigger') });
      const runId = required(queued[0]).id;
      await t.store.cancelRun({ runId, force: false, audit: by('run.cancel') });
      await t.store.pauseAll({ audit: by('jobs.pause_all') });
      const rows = async () =>
        (await t.store.listAudit({ limit: 50 })).map(({ action, jobId, jobName }) => [
          action,
          jobId,
          jobName,
        ]);
      expect(await rows()).toEqual([
        ['jobs.pause_all', undefined, undefined],
        ['run.cancel', 'a', 'Import'],
        ['job.trigger', 'a', 'Import'],
      ]);
      await t.done('a', { kind: 'delete' }, { ifUid: job.uid, audit: by('job.delete') });
      expect(required((await rows())[0])).toEqual(['job.delete', 'a', undefined]);
    });

    it('of a job: its changes and those of its runs, and of no other job', async () => {
      for (const id of ['a', 'b']) {
        await t.create(id, { schedule: ON_DEMAND });
        const { queued } = await t.done(id, { kind: 'trigger' }, { audit: by('job.trigger') });
        await t.store.cancelRun({ runId: required(queued[0]).id, force: false, audit: by('run.cancel') });
      }
      // A job may have the id of a run.
      const runId = (await t.trigger('b')).id;
      await t.create(runId, { schedule: ON_DEMAND });
      await t.done(runId, { kind: 'pause', cancelLive: false }, { audit: by('job.pause') });
      const of = async (query: {
        readonly jobId: string;
        readonly action?: string;
        readonly idPrefix?: string;
      }) => (await t.store.listAudit({ limit: 50, ...query })).map(({ action, jobId }) => [action, jobId]);
      expect(await of({ jobId: 'a' })).toEqual([
        ['run.cancel', 'a'],
        ['job.trigger', 'a'],
      ]);
      expect(await of({ jobId: 'b', action: 'run.cancel' })).toEqual([['run.cancel', 'b']]);
      expect(await of({ jobId: runId })).toEqual([['job.pause', runId]]);
      expect(await of({ jobId: 'b', idPrefix: 'a' })).toEqual([]);
      expect(await of({ jobId: 'nobody' })).toEqual([]);
    });

    it('of a time: from its first instant, and before its last', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 4; n += 1) {
        await t.done('a', { kind: 'trigger' }, { audit: by(`run-${n}`) });
        t.clock.advance(SECOND);
      }
      const seen = async (time: { readonly from?: number; readonly to?: number }) =>
        (await t.store.listAudit({ limit: 50, ...time })).map(({ action }) => action);
      expect(await seen({ from: T0 + SECOND, to: T0 + 3 * SECOND })).toEqual(['run-2', 'run-1']);
      expect(await seen({ from: T0 + 3 * SECOND })).toEqual(['run-3']);
      expect(await seen({ to: T0 + SECOND })).toEqual(['run-0']);
    });
  });
}
