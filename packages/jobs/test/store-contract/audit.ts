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
  });
}
