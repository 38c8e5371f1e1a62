import { describe, expect, it } from 'vitest';
import type { JobDefinition } from '../../src/core/model/job.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import { DAY, definitionOf, every, type MakeStore, MINUTE, ON_DEMAND, T0, useStore } from './rig.ts';

const PAST = { schedule: { kind: 'run_at', runAt: T0 - DAY } } as const;
const MANY = 600;

const schedulesOf = (n: number): readonly Schedule[] => [
  every((n + 1) * MINUTE, { interval: `${n + 1}m`, mode: 'fixed_delay', startAt: T0 + n }),
  { kind: 'run_at', runAt: T0 + n * DAY },
  { kind: 'cron', cron: `${n % 60} 9 * * 1-5`, timezone: 'Europe/Berlin', startAt: T0 + n },
  ON_DEMAND,
];

export function manyJobsContract(makeStore: MakeStore): void {
  // Promises P1, identity; P2, schedule; P4, stored next run.
  describe('many jobs at once', () => {
    const t = useStore(makeStore);
    const insert = (id: string, more: Partial<JobDefinition> = {}) =>
      t.store.insertJob({
        definition: definitionOf(id, more),
        audit: { actor: 'ada', action: 'job.create', change: `{"id":"${id}"}` },
      });
    const kindsOf = async (asked: readonly ReturnType<typeof insert>[]) =>
      (await Promise.all(asked)).map(({ kind }) => kind);
    const audited = async () => (await t.store.listAudit({ limit: 1_000 })).map(({ target }) => target);

    it('all are made, each as it was asked for, with uids in the order of asking', async () => {
      const asked = Array.from({ length: MANY }, (_, n) => ({
        definition: definitionOf(`job-${n}`, {
          name: `"Größe" {${n}},\n \\`,
          description: n % 3 === 0 ? '' : 'NULL',
          schedule: schedulesOf(n)[n % 4] ?? ON_DEMAND,
          overlap: n % 7 === 0 ? 'queue' : 'skip',
          catchUp: n % 7 === 0 ? 'all' : 'skip',
          timeoutMs: n + 1,
          payload: `{"n":${n},"text":"\\u0000 '\\\\\\""}`,
          maxAttempts: n + 1,
          backoff: { initialMs: n, maxMs: 2 * n, factor: 1 + n / 7, jitter: n / MANY },
        }),
        ...(n % 5 === 0 ? { by: n % 2 === 0 ? 'NULL' : `user:${n}` } : {}),
      }));
      const outcomes = await Promise.all(asked.map((input) => t.store.insertJob(input)));
      const jobs = await Promise.all(asked.map(({ definition }) => t.job(definition.id)));
      expect(outcomes).toEqual(jobs.map((job) => ({ kind: 'created', job })));
      for (const [n, { definition, by }] of asked.entries()) {
        expect(jobs[n]).toMatchObject({ ...definition, createdAt: T0 });
        expect(jobs[n]?.createdBy).toBe(by);
      }
      const uids = jobs.map(({ uid }) => Number(uid));
      expect(uids).toEqual(uids.toSorted((one, other) => one - other));
      expect(new Set(uids).size).toBe(MANY);
    });

    it('of several with one id, the first is created, and the others get a conflict', async () => {
      await t.create('old');
      const kinds = await kindsOf([
        insert('b', { name: 'First' }),
        insert('a'),
        insert('b', { name: 'Second' }),
        insert('old', { name: 'Other' }),
        insert('b', { name: 'Third' }),
        insert('c'),
      ]);
      expect(kinds).toEqual(['created', 'created', 'exists', 'exists', 'exists', 'created']);
      expect((await t.job('b')).name).toBe('First');
      expect((await t.job('old')).name).toBe('Job old');
    });

    it('an id that comes twice among hundreds is created once, and blocks no other', async () => {
      const ids = Array.from({ length: MANY }, (_, n) => (n === 20 || n === 480 ? 'twin' : `job-${n}`));
      const kinds = await kindsOf(ids.map((id) => insert(id)));
      expect([kinds[20], kinds[480]].toSorted()).toEqual(['created', 'exists']);
      expect(kinds.filter((kind) => kind === 'created')).toHaveLength(MANY - 1);
      expect((await audited()).filter((target) => target === 'twin')).toHaveLength(1);
    });

    it('refused ones are reported, and the others are made', async () => {
      await t.create('old');
      const kinds = await kindsOf([
        insert('a'),
        insert('b', PAST),
        insert('a', PAST),
        insert('b'),
        insert('old', PAST),
        insert('c', PAST),
      ]);
      expect(kinds).toEqual(['created', 'refused', 'exists', 'created', 'exists', 'refused']);
      expect((await t.job('b')).schedule).toEqual(every(MINUTE));
    });

    it('what can not be written rejects alone; the others are made', async () => {
      const results = await Promise.allSettled([
        ...Array.from({ length: 30 }, (_, n) => insert(`before-${n}`)),
        insert('broken', { maxAttempts: 0 }),
        ...Array.from({ length: 30 }, (_, n) => insert(`after-${n}`)),
      ]);
      const rejected = results.filter(({ status }) => status === 'rejected');
      expect(rejected).toMatchObject([{ reason: { name: 'StoreError', code: 'unavailable' } }]);
      expect(results[30]).toBe(rejected[0]);
      expect(new Set(await audited()).size).toBe(60);
      expect(await audited()).toHaveLength(60);
    });

    it('each that is made is in the audit log once, the others never', async () => {
      const unaudited = t.store.insertJob({ definition: definitionOf('quiet') });
      await Promise.all([insert('a'), insert('b', PAST), insert('a'), unaudited, insert('c')]);
      expect((await audited()).toSorted()).toEqual(['a', 'c']);
      expect(await t.store.listAudit({ limit: 10 })).toContainEqual(
        expect.objectContaining({
          at: T0,
          actor: 'ada',
          action: 'job.create',
          target: 'a',
          change: '{"id":"a"}',
        }),
      );
    });

    it('a request after a job’s creation finds it, while others are still being created', async () => {
      const triggered = await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          await insert(`job-${n}`, { schedule: ON_DEMAND });
          return t.trigger(`job-${n}`);
        }),
      );
      expect(triggered).toHaveLength(40);
      const made = insert('last');
      await t.reopen();
      expect(await made).toMatchObject({ kind: 'created', job: { uid: (await t.job('last')).uid } });
    });
  });
}
