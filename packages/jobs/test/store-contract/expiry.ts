import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/rules/settle.ts';
import { assignedTime } from '../../src/core/schedule/assigned-time.ts';
import type { ClaimedRun } from '../../src/core/store/store-passes.ts';
import {
  DAY,
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  useStore,
} from './rig.ts';

const EXPIRED: Outcome = { kind: 'expired' };
const FIVE = { expireAfterMs: 5 * MINUTE } as const;

export function expiryContract(makeStore: MakeStore): void {
  // Promise P35, expiry. The ids are rows of decision 41.
  describe('expiry', () => {
    const t = useStore(makeStore);

    /** What a node does with a claimed run whose time to start is over. */
    const expire = async ({ id: runId, fence }: ClaimedRun) => {
      const input = { runId, fence, outcome: EXPIRED, random: 0, finishedAt: t.clock.now() };
      return required((await t.store.settle([input])).results[0]);
    };
    const giveBack = async ({ id: runId, fence }: ClaimedRun, more: { readonly startedAt?: number } = {}) => {
      const outcome: Outcome = { kind: 'given_back' };
      await t.store.settle([{ runId, fence, outcome, random: 0, finishedAt: t.clock.now(), ...more }]);
    };
    const watch = async () => {
      const channel = { kind: 'webhook', config: '{}', allJobs: true } as const;
      await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'create', channel } });
    };
    const told = async () => (await t.store.listAlertDeliveries({ limit: 9 })).rows.map(({ alert }) => alert);
    const planIn = async (ms: number) => {
      t.clock.advance(ms);
      return t.plan();
    };

    it('a job keeps it, and a run keeps until when it may start', async () => {
      const job = await t.create('a', { ...FIVE, schedule: ON_DEMAND, overlap: 'queue' });
      expect(job).toMatchObject(FIVE);
      expect(await t.job('a')).toEqual(job);
      const made = await t.trigger('a');
      expect(made.expiresAt).toBe(T0 + 5 * MINUTE);
      expect(await t.live(made.id)).toEqual(made);
      await t.trigger('a');
      await t.reopen();
      const run = await t.claimOne();
      expect(run).toMatchObject({ id: made.id, expiresAt: T0 + 5 * MINUTE });
      await t.settle(run, SUCCEEDED);
      expect(await t.claimOne()).toMatchObject({ expiresAt: T0 + 5 * MINUTE });
    });

    it('a run whose time is over is skipped, and frees its room', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND, overlap: 'queue' });
      const first = await t.trigger('a');
      const second = await t.trigger('a');
      t.clock.advance(5 * MINUTE);
      const run = await t.claimOne();
      expect(await expire(run)).toEqual({ kind: 'finished', status: 'skipped', reason: 'expired' });
      const skipped = await t.finished(first.id);
      expect(skipped).toMatchObject({ status: 'skipped', reason: 'expired', attempt: 0 });
      for (const field of ['startedAt', 'node', 'scheduledFor', 'jobVersion'])
        expect(skipped).not.toHaveProperty(field);
      expect((await t.claimOne()).id).toBe(second.id);
    });

    it('it is kept and pruned among the skipped runs', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      for (let n = 0; n < 3; n += 1) {
        await t.trigger('a');
        t.clock.advance(5 * MINUTE);
        await expire(await t.claimOne());
      }
      expect(await t.runs({ status: ['skipped'] })).toHaveLength(3);
      const [maxAgeMs, countsMaxAgeMs] = [30 * DAY, 90 * DAY];
      await t.store.prune({ finishedPerJob: 0, skippedPerJob: 1, maxAgeMs, countsMaxAgeMs });
      expect(await t.runs()).toHaveLength(1);
    });

    it('X1: a catch-up run gets the whole time', async () => {
      await t.create('a', FIVE);
      await planIn(10 * MINUTE + SECOND);
      const run = await t.claimOne();
      expect(run).toMatchObject({ missed: 10, expiresAt: T0 + 15 * MINUTE + SECOND });
    });

    it('X2: with a spread, the time counts from the assigned time', async () => {
      const schedule = every(HOUR, { spreadMs: 30 * MINUTE });
      const due = assignedTime({ id: 'a', schedule }, T0 + HOUR);
      await t.create('a', { ...FIVE, schedule });
      await planIn(due - T0);
      expect(await t.claimOne()).toMatchObject({ scheduledFor: T0 + HOUR, expiresAt: due + 5 * MINUTE });
    });

    it('counts from the slot if the slot is taken a moment before its time', async () => {
      await t.create('a', FIVE);
      t.clock.advance(MINUTE - 100);
      await t.store.plan({ types: { noop: 1 }, limit: 10, aheadMs: 200 });
      const [{ run } = { run: undefined }] = (await t.store.listRuns({ limit: 9 })).rows;
      expect(run).toMatchObject({ availableAt: T0 + MINUTE, expiresAt: T0 + 6 * MINUTE });
    });

    it('X3: the time counts during a pause, and the run is skipped when it would start', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await t.done('a', { kind: 'pause', cancelLive: false });
      t.clock.advance(HOUR);
      expect(await t.live(id)).toMatchObject({ held: 'pause', expiresAt: T0 + 5 * MINUTE });
      await t.done('a', { kind: 'resume' });
      const run = await t.claimOne();
      expect(run.expiresAt).toBe(T0 + 5 * MINUTE);
      expect(await expire(run)).toMatchObject({ reason: 'expired' });
    });

    it.each(['skip', 'queue'] as const)(
      'X4: an expired run frees its room for a slot (%s)',
      async (overlap) => {
        await t.create('a', { ...FIVE, schedule: every(10 * MINUTE), overlap });
        await planIn(10 * MINUTE);
        const running = overlap === 'queue' ? await t.claimOne() : undefined;
        const waiting = running && (await planIn(10 * MINUTE)).queued[0];
        const [old] = (await t.runs()).filter(({ id }) => id !== running?.id);
        expect(old?.id).toBe(waiting?.id ?? old?.id);
        const { queued, skipped } = await planIn(10 * MINUTE);
        expect(queued).toMatchObject([{ scheduledFor: t.clock.now() }]);
        expect(skipped).toMatchObject([{ id: old?.id, reason: 'expired' }]);
        expect(await t.finished(required(old).id)).toMatchObject({ status: 'skipped', reason: 'expired' });
        if (running !== undefined) await t.settle(running, SUCCEEDED);
        expect((await t.claimOne()).id).toBe(queued[0]?.id);
      },
    );

    it('X4: a run that has room, and one whose time is not over, stay', async () => {
      await t.create('a', { ...FIVE, schedule: every(MINUTE), overlap: 'queue' });
      await planIn(MINUTE);
      const running = await t.claimOne();
      await planIn(MINUTE);
      expect(await planIn(MINUTE)).toMatchObject({ queued: [], skipped: [{ reason: 'overlap' }] });
      t.clock.advance(HOUR);
      expect(await t.settle(running, SUCCEEDED)).toMatchObject({ status: 'succeeded' });
    });

    it('X4: it frees its room for a run by hand', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const old = await t.trigger('a');
      expect(await t.command('a', { kind: 'trigger' })).toMatchObject({ kind: 'refused' });
      t.clock.advance(5 * MINUTE);
      const { queued, finished } = await t.done('a', { kind: 'trigger' });
      expect(finished).toMatchObject([{ id: old.id, status: 'skipped', reason: 'expired' }]);
      expect((await t.claimOne()).id).toBe(queued[0]?.id);
    });

    it('X4: it has ended even if the command is refused', async () => {
      await watch();
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const old = await t.trigger('a');
      t.clock.advance(5 * MINUTE);
      const refused = await t.command('a', { kind: 'trigger', runAt: t.clock.now() + HOUR });
      expect(refused).toMatchObject({ kind: 'refused' });
      expect(await t.finished(old.id)).toMatchObject({ reason: 'expired' });
      expect(await told()).toMatchObject([{ condition: 'missed' }]);
      const { queued } = await t.done('a', { kind: 'trigger' });
      expect((await t.claimOne()).id).toBe(queued[0]?.id);
    });

    it('X5: a run that has started never expires: not its retries', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await t.settle(await t.claimOne(), failed());
      expect(await t.live(id)).not.toHaveProperty('expiresAt');
      t.clock.advance(HOUR);
      const again = await t.claimOne();
      expect(again).toMatchObject({ id, attempt: 2 });
      expect(again).not.toHaveProperty('expiresAt');
    });

    it('X5: neither after a lost node or an interrupted attempt', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await giveBack(await t.claimOne());
      expect(await t.live(id)).toMatchObject({ expiresAt: T0 + 5 * MINUTE });
      await t.claimOne('dead');
      await t.store.recover({ node: 'node-2' });
      expect(await t.live(id)).not.toHaveProperty('expiresAt');
      await t.create('b', { ...FIVE, schedule: ON_DEMAND });
      const other = await t.trigger('b');
      const [run] = (await t.claim()).runs.filter((one) => one.id === other.id);
      await giveBack(required(run), { startedAt: t.clock.now() });
      expect(await t.live(other.id)).not.toHaveProperty('expiresAt');
    });

    it('X5: a run that was claimed after its time has not started, even if its node is then lost', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      t.clock.advance(5 * MINUTE);
      await t.claimOne('dead');
      await t.store.recover({ node: 'node-2' });
      expect(await t.live(id)).toMatchObject({ recoveries: 1, expiresAt: T0 + 5 * MINUTE });
    });

    it('X6: an expired run is neither a success nor a failure', async () => {
      const budget = { pauseAfter: { failures: 2, ofLast: 2 }, expect: { successWithinMs: HOUR } };
      await t.create('a', { ...FIVE, ...budget, schedule: ON_DEMAND });
      await t.trigger('a');
      await t.settle(await t.claimOne(), failed('no luck', true));
      const before = await t.job('a');
      await t.trigger('a');
      t.clock.advance(5 * MINUTE);
      await expire(await t.claimOne());
      const after = await t.job('a');
      const told = ['failedInRow', 'failingSince', 'recentFailures', 'lastRunAt', 'lastStatus'] as const;
      for (const field of told) expect(after[field]).toBe(before[field]);
      expect(after).not.toHaveProperty('lastSuccessAt');
      expect(after.status).toBe('active');
    });

    it('X7: an edit holds for runs that are made later', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND, overlap: 'allow' });
      const first = await t.trigger('a');
      const edited = await t.edit('a', { expireAfterMs: HOUR });
      expect(edited.job).toMatchObject({ version: 2, expireAfterMs: HOUR });
      expect((await t.live(first.id)).expiresAt).toBe(T0 + 5 * MINUTE);
      expect((await t.trigger('a')).expiresAt).toBe(T0 + HOUR);
      const { job } = await t.job('a').then(async ({ expireAfterMs: _, ...rest }) => ({ job: rest }));
      await t.done('a', { kind: 'edit', definition: { ...job } });
      expect(await t.job('a')).not.toHaveProperty('expireAfterMs');
      expect(await t.trigger('a')).not.toHaveProperty('expiresAt');
    });

    it('X8: a run by hand with run_at counts from that time', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND, overlap: 'allow' });
      const runAt = T0 + HOUR;
      await t.done('a', { kind: 'trigger', runAt });
      await planIn(HOUR);
      expect(await t.claimOne()).toMatchObject({ expiresAt: runAt + 5 * MINUTE });
    });

    it('X9: a run that no node can run waits, and is skipped when such a node appears', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      t.clock.advance(HOUR);
      expect((await t.store.claim({ node: 'n', types: { other: 1 }, places: 9, prefetch: 0 })).runs).toEqual(
        [],
      );
      expect((await t.live(id)).status).toBe('queued');
      expect(await expire(await t.claimOne())).toMatchObject({ reason: 'expired' });
    });

    it('X10: a slot that waits for room is no run yet', async () => {
      await t.create('a', { ...FIVE, schedule: every(10 * MINUTE), overlap: 'queue', catchUp: 'all' });
      await planIn(10 * MINUTE);
      const first = await t.claimOne();
      await planIn(10 * MINUTE);
      await planIn(HOUR);
      await t.settle(first, SUCCEEDED);
      await t.plan();
      await expire(await t.claimOne());
      await t.plan();
      const slot = await t.claimOne();
      expect(slot).toMatchObject({ scheduledFor: T0 + 30 * MINUTE, expiresAt: t.clock.now() + 5 * MINUTE });
    });

    it('X11: expired runs raise the alert missed', async () => {
      await watch();
      await t.create('a', { ...FIVE, schedule: every(10 * MINUTE) });
      await planIn(10 * MINUTE);
      t.clock.advance(5 * MINUTE);
      const { id: runId, fence } = await t.claimOne();
      const input = { runId, fence, outcome: EXPIRED, random: 0, finishedAt: t.clock.now() };
      expect(await t.store.settle([input])).toMatchObject({ hasAlerts: true });
      expect(await told()).toMatchObject([{ condition: 'missed', count: 1, since: T0 + 10 * MINUTE }]);
      await planIn(5 * MINUTE);
      expect(await planIn(10 * MINUTE)).toMatchObject({ skipped: [{ reason: 'expired' }], hasAlerts: true });
      expect(await told()).toHaveLength(2);
    });

    it('X12: runs of a backfill never expire', async () => {
      const { uid, version } = await t.create('a', { ...FIVE, schedule: every(HOUR) });
      await planIn(3 * HOUR);
      await t.settle(await t.claimOne(), SUCCEEDED);
      const window = { from: T0, to: T0 + 2 * HOUR, slots: [T0 + HOUR], onlyMissing: true };
      const audit = { actor: 'user:1', action: 'job.backfill', change: '{}' } as const;
      await t.store.backfill({ jobId: 'a', ifUid: uid, ifVersion: version, ...window, dryRun: false, audit });
      await t.plan();
      expect(await t.claimOne()).not.toHaveProperty('expiresAt');
    });

    it('E13: expired runs do not count for max_runs', async () => {
      await t.create('a', { ...FIVE, schedule: every(10 * MINUTE, { maxRuns: 1 }) });
      await planIn(10 * MINUTE);
      expect(await t.job('a')).not.toHaveProperty('nextRunAt');
      t.clock.advance(5 * MINUTE);
      await expire(await t.claimOne());
      const left = { status: 'active', runsMade: 0, nextRunAt: T0 + 20 * MINUTE };
      expect(await t.job('a')).toMatchObject(left);
      await planIn(5 * MINUTE);
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await t.job('a')).toMatchObject({ status: 'finished', runsMade: 1 });
    });

    it('V12: a dedupe key whose run expired is answered with that run', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      const { queued } = await t.done('a', { kind: 'trigger' }, { dedupeKey: 'k' });
      t.clock.advance(5 * MINUTE);
      await expire(await t.claimOne());
      const again = await t.command('a', { kind: 'trigger' }, { dedupeKey: 'k' });
      expect(again).toMatchObject({ kind: 'duplicate', run: { id: queued[0]?.id, reason: 'expired' } });
    });

    it('a run that is asked to stop is cancelled, and not skipped', async () => {
      await t.create('a', { ...FIVE, schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.store.cancelRun({ runId: run.id, force: false });
      t.clock.advance(HOUR);
      expect(await expire(run)).toMatchObject({ status: 'cancelled', reason: 'user' });
    });
  });
}
