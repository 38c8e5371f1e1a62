import { beforeEach, describe, expect, it } from 'vitest';
import type { JobQuery } from '../../src/core/store/store-views.ts';
import { type MakeStore, ON_DEMAND, SUCCEEDED, TYPES, useStore } from './rig.ts';

/** Tags by job. Some tags begin as others do, or contain them. */
const TAGS: Readonly<Record<string, readonly string[] | undefined>> = {
  'acme-bill': ['billing', 'eu'],
  'acme-mail': ['eu'],
  'zeta-bill': ['billing', 'eu-west'],
  'zeta-none': undefined,
  'zeta-sub': ['billing-old', 'neu'],
};

/** P36, tags and bulk: reads about the jobs that have some tags. */
export function tagsContract(makeStore: MakeStore): void {
  describe('reading only jobs with some tags', () => {
    const t = useStore(makeStore);
    beforeEach(async () => {
      for (const [id, tags] of Object.entries(TAGS))
        await t.create(id, {
          schedule: ON_DEMAND,
          overlap: 'allow',
          ...(tags === undefined ? {} : { tags }),
        });
    });

    const list = async (query: Partial<JobQuery>) => {
      const all = { sort: 'id', descending: false, limit: 50, handlers: TYPES } as const;
      return (await t.store.listJobs({ ...all, ...query })).rows.map(({ job }) => job.id);
    };

    it('lists the jobs that have all of them, or one of them, whole tags only', async () => {
      expect(await list({ tags: ['billing'] })).toEqual(['acme-bill', 'zeta-bill']);
      expect(await list({ tags: ['eu'] })).toEqual(['acme-bill', 'acme-mail']);
      expect(await list({ tags: ['billing', 'eu'] })).toEqual(['acme-bill']);
      expect(await list({ anyTag: ['eu', 'neu'] })).toEqual(['acme-bill', 'acme-mail', 'zeta-sub']);
      expect(await list({ anyTag: ['eu', 'neu'], tags: ['billing'] })).toEqual(['acme-bill']);
      expect(await list({ tags: ['billing'], idPrefix: 'zeta-' })).toEqual(['zeta-bill']);
      expect(await list({ tags: ['nobody'] })).toEqual([]);
      expect(await list({ anyTag: [] })).toEqual([]);
      expect(await list({ tags: [] })).toEqual(Object.keys(TAGS));
    });

    it('combines them with the other filters', async () => {
      await t.done('acme-bill', { kind: 'pause', cancelLive: false });
      expect(await list({ tags: ['billing'], health: 'paused' })).toEqual(['acme-bill']);
      expect(await list({ tags: ['billing'], status: 'active' })).toEqual(['zeta-bill']);
      expect(await list({ tags: ['billing'], q: 'zeta' })).toEqual(['zeta-bill']);
    });

    it('lists the tags in use with the number of their jobs, most used first, without those of deleted jobs', async () => {
      await t.done('zeta-sub', { kind: 'delete' });
      expect(await t.store.listTags({})).toEqual([
        { tag: 'billing', jobs: 2 },
        { tag: 'eu', jobs: 2 },
        { tag: 'eu-west', jobs: 1 },
      ]);
      expect(await t.store.listTags({ anyTag: ['eu'] })).toEqual([
        { tag: 'eu', jobs: 2 },
        { tag: 'billing', jobs: 1 },
      ]);
    });

    it('lists their runs with the tags of the job, of deleted jobs too', async () => {
      const made = new Map<string, string>();
      for (const id of Object.keys(TAGS)) {
        made.set(id, (await t.trigger(id)).id);
        await t.settle(await t.claimOne(), SUCCEEDED);
      }
      await t.done('acme-bill', { kind: 'delete' });
      const live = (await t.trigger('zeta-bill')).id;
      await t.trigger('acme-mail');
      const { rows } = await t.store.listRuns({ tags: ['billing'], limit: 50 });
      expect(rows.map(({ run, tags }) => [run.id, tags])).toEqual([
        [live, ['billing', 'eu-west']],
        [made.get('zeta-bill'), ['billing', 'eu-west']],
        [made.get('acme-bill'), ['billing', 'eu']],
      ]);
      const queued = await t.store.listRuns({ tags: ['billing'], status: 'queued', limit: 50 });
      expect(queued.rows.map(({ run }) => run.id)).toEqual([live]);
      expect((await t.store.getRun(live))?.tags).toEqual(['billing', 'eu-west']);
      const plain = await t.store.getRun(made.get('zeta-none') ?? '');
      expect(plain?.tags).toBeUndefined();
    });

    it('counts them by status, health and hour, and their runs by state', async () => {
      await t.done('acme-bill', { kind: 'pause', cancelLive: false });
      for (const id of ['zeta-bill', 'zeta-none']) {
        await t.trigger(id);
        await t.settle(await t.claimOne(), SUCCEEDED);
      }
      for (const id of ['zeta-bill', 'zeta-none']) await t.trigger(id);
      const { jobs, runs, hours } = await t.store.stats({ hours: 1, tags: ['billing'] });
      expect(jobs).toEqual({ active: 1, paused: 1, finished: 0 });
      expect(runs).toMatchObject({ queued: 1, held: 0, running: 0 });
      expect(hours).toMatchObject([{ status: 'succeeded', count: 1 }]);
      const { counts } = await t.store.countHealth({ handlers: TYPES, tags: ['billing'] });
      expect(counts).toMatchObject({ ok: 1, paused: 1 });
    });

    it('lists the changes of them and of their runs, and no others', async () => {
      const by = (action: string) => ({ actor: 'ada', action, change: '{}' });
      for (const id of Object.keys(TAGS)) {
        const runId =
          (await t.done(id, { kind: 'trigger' }, { audit: by('job.trigger') })).queued[0]?.id ?? '';
        await t.store.cancelRun({ runId, force: false, audit: by('run.cancel') });
      }
      const of = async (query: { readonly anyTag: readonly string[]; readonly idPrefix?: string }) =>
        (await t.store.listAudit({ limit: 50, ...query })).filter(({ action }) => action === 'job.trigger');
      const all = await t.store.listAudit({ limit: 50, anyTag: ['neu', 'eu-west'] });
      expect(all.map(({ action }) => action)).toEqual([
        'run.cancel',
        'job.trigger',
        'run.cancel',
        'job.trigger',
      ]);
      expect((await of({ anyTag: ['billing'] })).map(({ target }) => target)).toEqual([
        'zeta-bill',
        'acme-bill',
      ]);
      expect((await of({ anyTag: ['billing'], idPrefix: 'acme-' })).map(({ target }) => target)).toEqual([
        'acme-bill',
      ]);
    });
  });
}
