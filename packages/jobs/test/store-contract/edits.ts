import { describe, expect, it } from 'vitest';
import {
  definitionPart,
  every,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function editsContract(makeStore: MakeStore): void {
  // Promises P7, overlap; P16, edit; P22, types and deploys. Lessons 2, deploys of several nodes; 4,
  // schedules that remain; 9, edits of a schedule.
  describe('edits', () => {
    const t = useStore(makeStore);

    it('an edit equal in value is a no-op and keeps the version', async () => {
      const job = await t.create('a', { schedule: every(HOUR, { interval: '1h' }) });
      const equal = { ...definitionPart(job), schedule: every(HOUR, { interval: '60m' }) };
      const result = await t.done('a', { kind: 'edit', definition: equal });
      expect(result).toMatchObject({ changed: false, job });
      expect(await t.job('a')).toEqual(job);
    });

    it('keeps how a job is labelled and watched, until an edit takes it away', async () => {
      const watching = {
        tags: ['billing', 'eu'],
        pauseAfter: { failures: 3, ofLast: 5 },
        expect: { successWithinMs: 26 * HOUR, durationMs: 10 * MINUTE, startWithinMs: MINUTE },
        alerts: ['ops'],
        pingUrl: 'https://monitor.example/1',
      };
      const job = await t.create('a', watching);
      expect(await t.job('a')).toEqual(job);
      expect(job).toMatchObject(watching);
      const same = { ...definitionPart(job), tags: ['billing', 'eu'] };
      expect(await t.done('a', { kind: 'edit', definition: same })).toMatchObject({ changed: false });
      const { expect: _expect, ...rest } = definitionPart(job);
      const edited = await t.done('a', {
        kind: 'edit',
        definition: { ...rest, expect: { durationMs: MINUTE } },
      });
      expect(edited).toMatchObject({ changed: true });
      expect((await t.job('a')).expect).toEqual({ durationMs: MINUTE });
      const { tags: _t, pauseAfter: _p, expect: _e, alerts: _a, pingUrl: _u, ...plain } = definitionPart(job);
      await t.done('a', { kind: 'edit', definition: plain });
      const names = Object.keys(await t.job('a'));
      for (const name of Object.keys(watching)) expect(names).not.toContain(name);
    });

    it('an edit that leaves the schedule alone never moves the next run', async () => {
      const job = await t.create('a');
      t.clock.advance(20 * SECOND);
      const { job: edited } = await t.edit('a', { name: 'New', payload: '{"n":2}', overlap: 'allow' });
      expect(edited).toMatchObject({
        name: 'New',
        version: 2,
        nextRunAt: job.nextRunAt,
        updatedAt: t.clock.now(),
      });
      expect(await t.job('a')).toEqual(edited);
    });

    it('an edit first takes the due slots of the old definition', async () => {
      await t.create('a');
      t.clock.advance(MINUTE);
      const { queued } = await t.edit('a', { schedule: every(HOUR) });
      expect(queued).toMatchObject([{ scheduledFor: T0 + MINUTE, trigger: 'schedule' }]);
      expect((await t.job('a')).nextRunAt).toBe(T0 + MINUTE + HOUR);
    });

    it('a new interval counts from the last slot, or from now when that is past', async () => {
      await t.create('a', { schedule: every(HOUR) });
      t.clock.advance(10 * MINUTE);
      expect((await t.edit('a', { schedule: every(30 * MINUTE) })).job.nextRunAt).toBe(T0 + 30 * MINUTE);
      expect((await t.edit('a', { schedule: every(5 * MINUTE) })).job.nextRunAt).toBe(
        t.clock.now() + 5 * MINUTE,
      );
    });

    it('an edit acts at once: the old slots make no more runs', async () => {
      await t.create('a');
      await t.edit('a', { schedule: every(HOUR) });
      t.clock.advance(MINUTE);
      expect(await t.plan()).toMatchObject({ queued: [], nextWakeAt: T0 + HOUR });
    });

    it('the kind of a schedule can change', async () => {
      await t.create('a');
      const { job } = await t.edit('a', { schedule: { kind: 'cron', cron: '0 * * * *', timezone: 'UTC' } });
      expect(job.nextRunAt).toBe(T0 + HOUR);
      expect((await t.edit('a', { schedule: ON_DEMAND })).job).not.toHaveProperty('nextRunAt');
      expect((await t.job('a')).schedule).toEqual(ON_DEMAND);
      const runAt = T0 + 90_000;
      expect((await t.edit('a', { schedule: { kind: 'run_at', runAt } })).job.nextRunAt).toBe(runAt);
      expect(await t.plan()).toMatchObject({ nextWakeAt: runAt });
    });

    it('a new type and a past run_at are refused, and nothing is written', async () => {
      const job = await t.create('a');
      const definition = definitionPart(job);
      expect(
        await t.command('a', { kind: 'edit', definition: { ...definition, type: 'other' } }),
      ).toMatchObject({
        kind: 'refused',
        refusal: { code: 'type_changed', pointer: '/type' },
      });
      t.clock.advance(2 * MINUTE);
      const schedule = { kind: 'run_at', runAt: T0 } as const;
      expect(await t.command('a', { kind: 'edit', definition: { ...definition, schedule } })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'run_at_past' },
      });
      expect(await t.job('a')).toEqual(job);
      expect(await t.runs()).toEqual([]);
    });

    it('an edit that shrinks the room stops no running run, and holds the waiting ones', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 4; n += 1) await t.trigger('a');
      const { runs } = await t.claim(2);
      await t.edit('a', { overlap: 'skip' });
      expect((await t.claim()).runs).toEqual([]);
      const [first, second] = runs;
      if (first === undefined || second === undefined) throw new Error('two runs must be claimed');
      await t.settle(first, SUCCEEDED);
      expect((await t.claim()).runs).toEqual([]);
      await t.settle(second, SUCCEEDED);
      const third = await t.claimOne();
      expect((await t.claim()).runs).toEqual([]);
      await t.settle(third, SUCCEEDED);
      await t.settle(await t.claimOne(), SUCCEEDED);
    });

    it('an edit that widens the room releases all waiting runs', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      await t.trigger('a');
      await t.trigger('a');
      expect((await t.claim()).runs).toHaveLength(1);
      await t.edit('a', { overlap: 'allow' });
      expect((await t.claim()).runs).toHaveLength(1);
    });

    it('a new version of the type is followed by the runs that wait', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      await t.edit('a', { typeVersion: 2 });
      expect((await t.claim()).runs).toEqual([]);
      const { runs } = await t.store.claim({
        node: 'n',
        types: { ...TYPES, noop: 2 },
        places: 1,
        prefetch: 0,
      });
      expect(runs).toHaveLength(1);
    });

    it('the next attempt takes the current definition', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      await t.edit('a', { payload: '{"n":2}' });
      expect((await t.claim()).jobs).toMatchObject([{ payload: '{"n":2}', version: 2 }]);
    });
  });
}
