import { describe, expect, it } from 'vitest';
import {
  DAY,
  definitionOf,
  every,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function commandsContract(makeStore: MakeStore): void {
  // Promises P1, identity; P13, delete; P15, run now.
  describe('commands', () => {
    const t = useStore(makeStore);

    it('a command on an absent job is `absent`', async () => {
      expect(await t.command('nobody', { kind: 'trigger' })).toEqual({ kind: 'absent' });
    });

    it('once the signal of the caller has fired, nothing is done: it is `aborted`', async () => {
      await t.create('a');
      const gone = AbortSignal.abort();
      const asked = [
        t.store.command({ jobId: 'a', command: { kind: 'trigger' } }, gone),
        t.store.insertJob({ definition: definitionOf('b') }, gone),
        t.store.cancelRun({ runId: '1', force: false }, gone),
        t.store.makeDue({ runId: '1' }, gone),
      ];
      await Promise.all(asked.map((one) => expect(one).rejects.toMatchObject({ code: 'aborted' })));
      expect(await t.store.getJob('b', TYPES)).toBeUndefined();
      expect((await t.store.listRuns({ jobId: 'a', limit: 10 })).rows).toEqual([]);
    });

    it('a command against another version is `stale` and changes nothing', async () => {
      await t.create('a');
      await t.edit('a', { name: 'Second' });
      const result = await t.command('a', { kind: 'delete' }, { ifVersion: 1 });
      expect(result).toEqual({ kind: 'stale', version: 2 });
      expect((await t.job('a')).name).toBe('Second');
      await t.done('a', { kind: 'delete' }, { ifVersion: 2 });
    });

    it('a command meant for an earlier generation of the id is `stale` and changes nothing', async () => {
      const { uid } = await t.create('a');
      await t.done('a', { kind: 'delete' });
      const second = await t.create('a');
      for (const kind of ['trigger', 'resume', 'delete'] as const) {
        const result = await t.command('a', { kind }, { ifUid: uid, ifVersion: 1 });
        expect(result).toEqual({ kind: 'stale', version: 1 });
      }
      expect((await t.job('a')).uid).toBe(second.uid);
      await t.done('a', { kind: 'delete' }, { ifUid: second.uid, ifVersion: 1 });
    });

    it('a run by hand starts now, does not move the grid, and carries its payload', async () => {
      const job = await t.create('a');
      t.clock.advance(10 * SECOND);
      const { queued } = await t.done('a', { kind: 'trigger', payload: '{"n":1}', retryOf: '17' });
      expect(queued).toHaveLength(1);
      const run = await t.run(required(queued[0]).id);
      expect(run).toEqual(queued[0]);
      expect(run).toMatchObject({
        trigger: 'manual',
        status: 'queued',
        held: 'no',
        payload: '{"n":1}',
        retryOf: '17',
        queuedAt: T0 + 10 * SECOND,
        availableAt: T0 + 10 * SECOND,
        missed: 0,
        catchUp: false,
        jobUid: job.uid,
      });
      expect((await t.job('a')).nextRunAt).toBe(job.nextRunAt);
      expect((await t.claimOne()).payload).toBe('{"n":1}');
    });

    it('a run by hand can be put off where runs may overlap; it is not live until then', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { queued } = await t.done('a', { kind: 'trigger', runAt: T0 + HOUR });
      expect(queued[0]).toMatchObject({ held: 'run_at', availableAt: T0 + HOUR });
      expect((await t.job('a')).wakeAt).toBe(T0 + HOUR);
      expect((await t.claim()).runs).toEqual([]);
      t.clock.advance(HOUR - 1);
      expect(await t.plan()).toMatchObject({ nextWakeAt: T0 + HOUR });
      expect((await t.claim()).runs).toEqual([]);
      t.clock.advance(1);
      await t.plan();
      expect((await t.claimOne()).id).toBe(required(queued[0]).id);
      expect((await t.job('a')).wakeAt).toBeUndefined();
    });

    it('a put-off run is refused where runs may not overlap', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      expect(await t.command('a', { kind: 'trigger', runAt: T0 + HOUR })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'run_at_not_allowed' },
      });
      expect(await t.runs()).toEqual([]);
    });

    it('the same dedupe key answers with the first run, live or finished, before anything else is looked at', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const dedupeKey = 'order-1';
      const first = await t.done('a', { kind: 'trigger' }, { dedupeKey });
      const again = await t.command('a', { kind: 'trigger' }, { dedupeKey });
      expect(again).toMatchObject({ kind: 'duplicate', run: first.queued[0] });
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await t.command('a', { kind: 'trigger' }, { dedupeKey })).toMatchObject({
        kind: 'duplicate',
        run: { id: first.queued[0]?.id, status: 'succeeded' },
      });
      expect(await t.runs()).toHaveLength(1);
    });

    it('a dedupe key counts per job, and for 24 h', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.create('b', { schedule: ON_DEMAND, overlap: 'allow' });
      const dedupeKey = 'order-1';
      await t.done('a', { kind: 'trigger' }, { dedupeKey });
      await t.done('b', { kind: 'trigger' }, { dedupeKey });
      t.clock.advance(DAY - 1);
      expect((await t.command('a', { kind: 'trigger' }, { dedupeKey })).kind).toBe('duplicate');
      t.clock.advance(1);
      const later = await t.done('a', { kind: 'trigger' }, { dedupeKey });
      expect(await t.command('a', { kind: 'trigger' }, { dedupeKey })).toMatchObject({
        kind: 'duplicate',
        run: { id: later.queued[0]?.id },
      });
    });

    it('a refused trigger uses up no dedupe key', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const dedupeKey = 'k';
      expect((await t.command('a', { kind: 'trigger' }, { dedupeKey })).kind).toBe('refused');
      await t.settle(await t.claimOne(), SUCCEEDED);
      await t.done('a', { kind: 'trigger' }, { dedupeKey });
    });

    it('a deleted job is gone at once, its waiting runs are cancelled, its claimed ones asked to stop', async () => {
      await t.create('a', { overlap: 'allow', schedule: ON_DEMAND });
      await t.trigger('a');
      const claimed = await t.claimOne('node-7');
      const waiting = await t.trigger('a');
      const own = await t.done('a', { kind: 'trigger', runAt: T0 + HOUR });
      const result = await t.done('a', { kind: 'delete' });
      expect(result.finished.map((run) => [run.id, run.status, run.reason])).toEqual([
        [waiting.id, 'cancelled', 'deleted'],
        [own.queued[0]?.id, 'cancelled', 'deleted'],
      ]);
      expect(result.cancelRequests).toEqual([{ runId: claimed.id, node: 'node-7', fence: claimed.fence }]);
      expect(await t.store.getJob('a', TYPES)).toBeUndefined();
      expect(await t.command('a', { kind: 'trigger' })).toEqual({ kind: 'absent' });
      expect(await t.live(claimed.id)).toMatchObject({ cancel: 'deleted', status: 'running' });
    });

    it('history stays, and can be read by the id', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const run = await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      await t.done('a', { kind: 'delete' });
      expect((await t.runs({ jobId: 'a' })).map(({ id }) => id)).toEqual([run.id]);
      expect(await t.store.getRun(run.id)).toMatchObject({ jobId: 'a', type: 'noop' });
    });

    it.each(['fixed_rate', 'fixed_delay'] as const)('a deleted job makes no more runs (%s)', async (mode) => {
      await t.create('a', { schedule: every(MINUTE, { mode }) });
      t.clock.advance(MINUTE);
      await t.plan();
      const claimed = await t.claimOne();
      await t.done('a', { kind: 'delete' });
      expect(await t.settle(claimed, SUCCEEDED)).toEqual({ kind: 'finished', status: 'succeeded' });
      t.clock.advance(HOUR);
      expect(await t.plan()).toEqual({
        now: t.clock.now(),
        queued: [],
        skipped: [],
        failed: [],
        more: false,
      });
    });

    it('a run of a deleted job whose attempt failed is cancelled, not retried', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const claimed = await t.claimOne();
      await t.done('a', { kind: 'delete' });
      const error = { attempt: 1, at: T0, reason: 'error', name: 'E', message: 'x' } as const;
      await t.settle(claimed, { kind: 'failed', permanent: false, error });
      expect(await t.finished(claimed.id)).toMatchObject({ status: 'cancelled', reason: 'deleted' });
    });
  });
}
