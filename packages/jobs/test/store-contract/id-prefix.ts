import { beforeEach, describe, expect, it } from 'vitest';
import type { JobQuery, JobSort } from '../../src/core/store/store-views.ts';
import { FEW_JOBS } from '../../src/stores/rows/bounds.ts';
import { RETENTION } from './everything.ts';
import {
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

const idPrefix = 'acme-';
const INSIDE = ['acme-1', 'acme-a', 'acme-z.9'];
/** Ids close to the prefix in the order of ids, and one that contains the prefix. */
const OUTSIDE = ['ACME-a', 'acme', 'acme.a', 'acmd-a', 'acme_a', 'acmf', 'my-acme-a', 'zz'];

/** Reads about the jobs whose id begins with a prefix. */
export function idPrefixContract(makeStore: MakeStore): void {
  describe('reading only jobs with a prefix', () => {
    const t = useStore(makeStore);
    beforeEach(async () => {
      // In turns, so that no order of creation or of names separates them.
      for (const [n, id] of OUTSIDE.entries()) {
        await t.create(id, { name: `Job ${n}`, schedule: ON_DEMAND, overlap: 'allow' });
        const inside = INSIDE[n];
        if (inside !== undefined)
          await t.create(inside, { name: `Job ${n}b`, schedule: ON_DEMAND, overlap: 'allow' });
        t.clock.advance(1);
      }
    });

    const list = async (query: Partial<JobQuery> = {}) => {
      const all = { sort: 'id', descending: false, limit: 50, handlers: TYPES, idPrefix } as const;
      return t.store.listJobs({ ...all, ...query });
    };
    const runIds = async (query: Parameters<typeof t.runs>[0] = {}) =>
      (await t.runs({ idPrefix, ...query })).map(({ id }) => id);
    /** A finished run of each job. Returns those of the jobs with the prefix, newest first. */
    const finishOneOfEach = async () => {
      const made: string[] = [];
      for (const id of [...OUTSIDE, ...INSIDE]) {
        const run = await t.trigger(id);
        if (INSIDE.includes(id)) made.unshift(run.id);
        await t.settle(await t.claimOne(), SUCCEEDED);
      }
      return made;
    };

    it.each(['id', 'name', 'next_run', 'last_run', 'created_at'] satisfies JobSort[])(
      'lists them by %s, page by page, both ways',
      async (sort) => {
        for (const descending of [false, true]) {
          const found: string[] = [];
          let after: JobQuery['after'];
          do {
            const page = await list({
              sort,
              descending,
              limit: 1,
              ...(after === undefined ? {} : { after }),
            });
            found.push(...page.rows.map(({ job }) => job.id));
            after = page.next;
          } while (after !== undefined);
          expect(found).toEqual(descending ? INSIDE.toReversed() : INSIDE);
        }
      },
    );

    it('lists only those that meet the other filters, too', async () => {
      const ids = async (query: Partial<JobQuery>) => (await list(query)).rows.map(({ job }) => job.id);
      await t.done('acme-a', { kind: 'pause', cancelLive: false });
      await t.done('acme.a', { kind: 'pause', cancelLive: false });
      expect(await ids({ q: '-A' })).toEqual(['acme-a']);
      expect(await ids({ q: 'job' })).toEqual(INSIDE);
      expect(await ids({ status: 'paused' })).toEqual(['acme-a']);
      expect(await ids({ health: 'paused' })).toEqual(['acme-a']);
      expect(await ids({ health: 'ok' })).toEqual(['acme-1', 'acme-z.9']);
      expect(await ids({ type: 'other' })).toEqual([]);
      expect(await ids({ idPrefix: 'acme-a' })).toEqual(['acme-a']);
      expect(await ids({ idPrefix: 'nobody-' })).toEqual([]);
    });

    it('counts them by health', async () => {
      await t.done('acme-a', { kind: 'pause', cancelLive: false });
      await t.done('zz', { kind: 'pause', cancelLive: false });
      const { counts } = await t.store.countHealth({ handlers: TYPES, idPrefix });
      expect(counts).toMatchObject({ ok: 2, paused: 1 });
      expect((await t.store.countHealth({ handlers: TYPES })).counts).toMatchObject({ ok: 9, paused: 2 });
    });

    it('lists their runs, live and finished, of deleted jobs too', async () => {
      const made = await finishOneOfEach();
      await t.done('acme-a', { kind: 'delete' });
      await t.create('acme-a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.trigger('zz');
      const live = (await t.trigger('acme-a')).id;
      expect(await runIds()).toEqual([live, ...made]);
      expect(await runIds({ status: 'queued' })).toEqual([live]);
      expect(await runIds({ status: 'succeeded' })).toEqual(made);
      expect(await runIds({ status: 'failed' })).toEqual([]);
      expect(await runIds({ type: 'noop', from: T0, to: T0 + HOUR })).toEqual([live, ...made]);
      expect(await runIds({ type: 'other' })).toEqual([]);
      expect(await runIds({ jobId: 'acme-a' })).toEqual([live, made[1]]);
      expect(await runIds({ jobId: 'zz' })).toEqual([]);
      expect(await runIds({ jobUid: (await t.job('zz')).uid })).toEqual([]);
      expect(await runIds({ idPrefix: 'nobody-' })).toEqual([]);
    });

    it('lists their runs page by page', async () => {
      const made = [...(await finishOneOfEach())];
      made.unshift(...(await finishOneOfEach()));
      const found: string[] = [];
      let before: string | undefined;
      do {
        const page = await t.store.listRuns({
          idPrefix,
          limit: 2,
          ...(before === undefined ? {} : { before }),
        });
        found.push(...page.rows.map(({ run }) => run.id));
        before = page.next?.key;
      } while (before !== undefined);
      expect(found).toEqual(made);
    });

    it('lists the runs of more jobs than are read one by one', async () => {
      const more = Array.from({ length: FEW_JOBS }, (_, n) => `acme-more-${n}`);
      await Promise.all(more.map((id) => t.create(id, { schedule: ON_DEMAND })));
      const made = await finishOneOfEach();
      const failing = (await t.trigger('acme-a')).id;
      await t.settle(await t.claimOne(), failed('x', true));
      const live = (await t.trigger('acme-1')).id;
      await t.trigger('zz');
      expect(await runIds()).toEqual([live, failing, ...made]);
      expect(await runIds({ limit: 2, before: failing })).toEqual(made.slice(0, 2));
      expect(await runIds({ status: 'failed' })).toEqual([failing]);
      expect(await runIds({ status: 'succeeded', type: 'noop' })).toEqual(made);
    });

    it('counts them by status, and their runs by state and hour, pruned runs and deleted jobs too', async () => {
      const stats = () => t.store.stats({ hours: 24, idPrefix });
      for (let n = 0; n < 8; n += 1) await finishOneOfEach();
      while ((await t.store.prune(RETENTION)).more);
      expect((await t.runs({ jobId: 'acme-a' })).length).toBeLessThan(8);
      await t.done('acme-1', { kind: 'delete' });
      await t.done('acme-a', { kind: 'pause', cancelLive: false });
      await t.trigger('zz');
      expect(await stats()).toEqual({
        jobs: { active: 1, paused: 1, finished: 0 },
        runs: { queued: 0, held: 0, running: 0 },
        hours: [{ hour: T0, status: 'succeeded', count: 8 * INSIDE.length }],
      });
      t.clock.advance(MINUTE);
      const dueSince = t.clock.now();
      await t.trigger('acme-z.9');
      t.clock.advance(HOUR);
      await t.trigger('acme-z.9');
      expect((await stats()).runs).toEqual({ queued: 2, held: 0, running: 0, dueSince });
      // The run of the other job is first.
      const { runs } = await t.claim(2);
      expect((await stats()).runs).toEqual({ queued: 1, held: 0, running: 1, dueSince: t.clock.now() });
      await t.settle(required(runs[1]), failed('x', true));
      expect((await stats()).hours[0]).toEqual({ hour: T0 + HOUR, status: 'failed', count: 1 });
      expect((await t.store.stats({ hours: 24 })).runs.dueSince).toBe(t.clock.now());
    });

    it('counts held runs of theirs only', async () => {
      for (const id of ['acme-a', 'zz']) {
        await t.trigger(id);
        await t.done(id, { kind: 'pause', cancelLive: false });
      }
      expect((await t.store.stats({ hours: 1, idPrefix })).runs).toEqual({ queued: 0, held: 1, running: 0 });
    });

    it('lists the changes of them and of their runs, page by page', async () => {
      // The id of this job is the id of a run, and begins as the prefix does.
      const runId = (await t.trigger('zz')).id;
      const by = (action: string) => ({ actor: 'ada', action, change: '{}' });
      await t.store.cancelRun({ runId, force: false, audit: by('run.cancel') });
      await t.create(runId, { schedule: ON_DEMAND });
      for (const id of [...OUTSIDE, ...INSIDE, runId])
        await t.done(id, { kind: 'trigger' }, { audit: by(`job.trigger`) });
      const own = (await t.trigger('acme-a')).id;
      await t.store.cancelRun({ runId: own, force: false, audit: by('run.cancel') });
      const found: string[] = [];
      let before: { readonly at: number; readonly id: number } | undefined;
      for (;;) {
        const page = await t.store.listAudit({ limit: 2, idPrefix, ...(before && { before }) });
        found.push(...page.map(({ target }) => target));
        const last = page.at(-1);
        if (last === undefined) break;
        before = { at: last.at, id: Number(last.id) };
      }
      expect(found).toEqual([own, ...INSIDE.toReversed()]);
      const targets = async (query: { readonly action?: string; readonly target?: string }) =>
        (await t.store.listAudit({ limit: 50, idPrefix, ...query })).map(({ target }) => target);
      expect(await targets({ action: 'run.cancel' })).toEqual([own]);
      expect(await targets({ target: runId })).toEqual([]);
      expect(await targets({ target: 'zz' })).toEqual([]);
      const ofDigits = await t.store.listAudit({ limit: 50, idPrefix: runId });
      expect(ofDigits.map(({ action }) => action)).toEqual(['job.trigger']);
    });
  });
}
