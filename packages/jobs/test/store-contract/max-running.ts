import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobDefinition } from '../../src/core/model/job.ts';
import type { ClaimedRun } from '../../src/core/store/store-passes.ts';
import {
  DAY,
  definitionPart,
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  T0,
  useStore,
} from './rig.ts';

const TWO = { schedule: ON_DEMAND, overlap: 'allow', maxRunning: 2 } as const;

/** Random, and the same for each store. */
const [STEPS = []] = fc.sample(
  fc.array(
    fc.record({
      act: fc.constantFrom(
        'trigger',
        'claim',
        'claim',
        'claim',
        'succeed',
        'succeed',
        'succeed',
        'fail',
        'edit',
        'pause',
        'pause_until',
        'run_at',
        'backfill',
      ),
      most: fc.constantFrom(1, 3, 5, 8, undefined),
      ends: fc.constantFrom(1, 3, 20),
      waitMs: fc.integer({ min: 0, max: 30 * SECOND }),
    }),
    { minLength: 300, maxLength: 300 },
  ),
  { seed: 9, numRuns: 1 },
);

/** At most a number of runs of a job run at once (P29, limits and priority). */
export function maxRunningContract(makeStore: MakeStore): void {
  describe('max_running', () => {
    const t = useStore(makeStore);

    const idsOf = (runs: readonly { readonly id: string }[]) => runs.map(({ id }) => id);
    const trigger = async (count: number, jobId = 'a') => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) ids.push((await t.trigger(jobId)).id);
      return ids;
    };
    const triggerAt = async (runAt: number, count: number) => {
      for (let n = 0; n < count; n += 1) await t.done('a', { kind: 'trigger', runAt });
    };
    const backfill = async (count: number) => {
      const { uid, version } = await t.job('a');
      const slots = Array.from({ length: count }, (_, n) => T0 - (count - n) * HOUR);
      const { kind } = await t.store.backfill({
        jobId: 'a',
        ifUid: uid,
        ifVersion: version,
        from: T0 - count * HOUR,
        to: T0,
        slots,
        onlyMissing: true,
        dryRun: false,
        audit: { actor: 'user:1', action: 'job.backfill', change: '{}' },
      });
      return kind;
    };
    /** How many run at once, and how many run in all. */
    const drained = async () => {
      let all = 0;
      let most = 0;
      for (let pass = 0; pass < 50; pass += 1) {
        await t.plan();
        const { runs } = await t.claim(50);
        await t.settleAll(runs);
        all += runs.length;
        most = Math.max(most, runs.length);
      }
      return { all, most };
    };
    const editTo = async (maxRunning: number | undefined, more: Partial<JobDefinition> = {}) => {
      const { maxRunning: _, ...rest } = { ...definitionPart(await t.job('a')), ...more };
      const definition = maxRunning === undefined ? rest : { ...rest, maxRunning };
      return t.done('a', { kind: 'edit', definition });
    };
    const passed = async (ms: number) => {
      t.clock.advance(ms);
      await t.plan();
    };

    it('is kept with the job, also by a new connection', async () => {
      await t.create('a', TWO);
      await t.reopen();
      expect((await t.job('a')).maxRunning).toBe(2);
    });

    it('L16: runs above it are accepted and wait, and the longest due one starts when one ends', async () => {
      await t.create('a', TWO);
      const ids = await trigger(5);
      expect((await t.live(ids[2] ?? '')).held).toBe('overlap');
      const first = await t.claim(10);
      expect(idsOf(first.runs)).toEqual(ids.slice(0, 2));
      expect((await t.claim(10)).runs).toEqual([]);
      const { wake } = await t.settleAll(first.runs.slice(0, 1));
      expect(wake).toBe(true);
      const second = await t.claim(10);
      expect(idsOf(second.runs)).toEqual(ids.slice(2, 3));
      await t.settleAll([...first.runs.slice(1), ...second.runs]);
      expect(idsOf((await t.claim(10)).runs)).toEqual(ids.slice(3));
    });

    it('it holds for slots, which pile up and lose none', async () => {
      await t.create('a', { ...TWO, maxRunning: 1, schedule: every(MINUTE) });
      for (let n = 0; n < 3; n += 1) await passed(MINUTE);
      const { runs } = await t.claim(10);
      expect(runs).toHaveLength(1);
      expect(await t.runs({ jobId: 'a', status: 'queued' })).toMatchObject([
        { held: 'overlap' },
        { held: 'overlap' },
      ]);
      await t.settleAll(runs);
      expect((await t.claim(10)).runs).toMatchObject([
        { scheduledFor: required(runs[0]?.scheduledFor) + MINUTE },
      ]);
    });

    it('L3: a run that waits for its retry takes no room, and waits for room when it is due', async () => {
      await t.create('a', {
        ...TWO,
        maxRunning: 1,
        backoff: { initialMs: 10 * SECOND, maxMs: HOUR, factor: 2, jitter: 0 },
      });
      const [first = '', second = '', third = ''] = await trigger(3);
      await t.settleAll((await t.claim(10)).runs, failed());
      const { runs } = await t.claim(10);
      expect(idsOf(runs)).toEqual([second]);
      await passed(20 * SECOND);
      expect((await t.claim(10)).runs).toEqual([]);
      await t.settleAll(runs);
      // The third run became due before the retry.
      const next = await t.claim(10);
      expect(idsOf(next.runs)).toEqual([third]);
      await t.settleAll(next.runs);
      expect(idsOf((await t.claim(10)).runs)).toEqual([first]);
    });

    it('L3: with room, the planner releases a retry when it is due', async () => {
      await t.create('a', { ...TWO, backoff: { initialMs: 10 * SECOND, maxMs: HOUR, factor: 2, jitter: 0 } });
      const [id = ''] = await trigger(1);
      await t.settleAll((await t.claim(10)).runs, failed());
      const { availableAt } = await t.live(id);
      expect((await t.job('a')).wakeAt).toBe(availableAt);
      await passed(availableAt - t.clock.now() - 1);
      expect((await t.claim(10)).runs).toEqual([]);
      await passed(1);
      expect(idsOf((await t.claim(10)).runs)).toEqual([id]);
    });

    it('the planner looks at a full job every minute, in case a node of an earlier version released no run', async () => {
      await t.create('a', TWO);
      await trigger(3);
      const at = T0 + MINUTE;
      expect((await t.job('a')).wakeAt).toBe(at);
      t.clock.advance(SECOND);
      await trigger(3);
      await t.settleAll((await t.claim(10)).runs);
      expect((await t.job('a')).wakeAt).toBe(at);
      t.clock.advance(MINUTE);
      await t.plan();
      expect((await t.job('a')).wakeAt).toBe(at + MINUTE + SECOND);
    });

    it('a retry that somebody makes due starts as soon as there is room', async () => {
      await t.create('a', { ...TWO, backoff: { initialMs: HOUR, maxMs: HOUR, factor: 2, jitter: 0 } });
      const [id = ''] = await trigger(1);
      await t.settleAll((await t.claim(10)).runs, failed());
      expect(await t.store.makeDue({ runId: id })).toBe('due');
      await t.plan();
      expect(idsOf((await t.claim(10)).runs)).toEqual([id]);
    });

    it('L4: a pause holds the waiting runs, and the resume starts as many as there is room for', async () => {
      await t.create('a', TWO);
      const ids = await trigger(4);
      await t.done('a', { kind: 'pause', cancelLive: false });
      expect((await t.claim(10)).runs).toEqual([]);
      await t.done('a', { kind: 'resume' });
      await t.plan();
      expect(idsOf((await t.claim(10)).runs)).toEqual(ids.slice(0, 2));
    });

    it('L5: a run of a lost node gives its room back, and starts again', async () => {
      await t.create('a', { ...TWO, maxRunning: 1 });
      const ids = await trigger(2);
      await t.claim(10, 0, 'dead');
      await t.store.recover({ node: 'node-1' });
      const { runs } = await t.claim(10);
      expect(idsOf(runs)).toEqual(ids.slice(0, 1));
      expect((await t.claim(10)).runs).toEqual([]);
      await t.settleAll(runs);
      expect(idsOf((await t.claim(10)).runs)).toEqual(ids.slice(1));
    });

    it('L19: a run that is cancelled keeps its room until it ends, or until it is ended by force', async () => {
      await t.create('a', { ...TWO, maxRunning: 1 });
      const [first = '', second = ''] = await trigger(2);
      await t.claim(10);
      await t.store.cancelRun({ runId: first, force: false });
      expect((await t.claim(10)).runs).toEqual([]);
      await t.store.cancelRun({ runId: first, force: true });
      expect(idsOf((await t.claim(10)).runs)).toEqual([second]);
    });

    it('L17: an edit holds for waiting runs at once, and stops none', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const ids = await trigger(5);
      const first = await t.claim(2);
      await editTo(1);
      expect((await t.claim(10)).runs).toEqual([]);
      await t.settleAll(first.runs.slice(0, 1));
      await t.plan();
      expect((await t.claim(10)).runs).toEqual([]);
      await t.settleAll(first.runs.slice(1));
      await t.plan();
      const second = await t.claim(10);
      expect(idsOf(second.runs)).toEqual(ids.slice(2, 3));
      await editTo(2);
      expect(idsOf((await t.claim(10)).runs)).toEqual(ids.slice(3, 4));
      await editTo(undefined);
      expect(idsOf((await t.claim(10)).runs)).toEqual(ids.slice(4));
    });

    it('X4: the time to start counts while a run waits for room', async () => {
      await t.create('a', { ...TWO, maxRunning: 1, expireAfterMs: MINUTE });
      const [, second = ''] = await trigger(2);
      const { runs } = await t.claim(10);
      t.clock.advance(HOUR);
      await t.settleAll(runs);
      const [late] = (await t.claim(10)).runs;
      expect(late).toMatchObject({ id: second, expiresAt: required((await t.live(second)).expiresAt) });
      expect(required(late?.expiresAt)).toBeLessThan(t.clock.now());
    });

    it('runs whose own time has come, and the slot of that time', async () => {
      await t.create('a', { ...TWO, maxRunning: 5, schedule: every(MINUTE) });
      await triggerAt(T0 + MINUTE, 5);
      t.clock.advance(MINUTE);
      expect(await drained()).toEqual({ all: 6, most: 5 });
    });

    it('many waiting runs at the end of a pause, and a due slot', async () => {
      await t.create('a', { ...TWO, maxRunning: 5, schedule: every(MINUTE) });
      await trigger(10);
      await t.done('a', { kind: 'pause', cancelLive: false, until: T0 + 90 * SECOND });
      t.clock.advance(2 * MINUTE);
      expect(await drained()).toEqual({ all: 11, most: 5 });
    });

    it('runs whose own time has come, and a backfill', async () => {
      await t.create('a', { ...TWO, maxRunning: 10, schedule: every(HOUR) });
      await triggerAt(T0 + MINUTE, 10);
      t.clock.advance(MINUTE);
      expect(await backfill(20)).toBe('planned');
      expect(await drained()).toEqual({ all: 30, most: 10 });
    });

    it('an edit that takes the bound away lets all due retries go', async () => {
      await t.create('a', { ...TWO, backoff: { initialMs: MINUTE, maxMs: HOUR, factor: 2, jitter: 0 } });
      const ids = await trigger(4);
      for (let n = 0; n < 2; n += 1) await t.settleAll((await t.claim(10)).runs, failed());
      t.clock.advance(MINUTE);
      await editTo(undefined);
      expect(idsOf((await t.claim(10)).runs)).toEqual(ids);
    });

    it('a due retry does not wait for a later run', async () => {
      await t.create('a', { ...TWO, backoff: { initialMs: MINUTE, maxMs: HOUR, factor: 2, jitter: 0 } });
      const [id = ''] = await trigger(1);
      await t.settleAll((await t.claim(10)).runs, failed());
      t.clock.advance(MINUTE);
      await triggerAt(t.clock.now() + DAY, 1);
      await t.plan();
      expect(idsOf((await t.claim(10)).runs)).toEqual([id]);
    });

    it('random triggers, slots, backfills, ends, edits and pauses never exceed it, and no run is left behind', async () => {
      await t.create('a', {
        ...TWO,
        schedule: every(MINUTE),
        maxAttempts: 3,
        backoff: { initialMs: 10 * SECOND, maxMs: HOUR, factor: 2, jitter: 0 },
      });
      let most: number | undefined = 2;
      let isPaused = false;
      let claimed: ClaimedRun[] = [];
      const made: string[] = [];
      const nextMinute = () => Math.ceil((t.clock.now() + 1) / MINUTE) * MINUTE;
      const claim = async () => {
        const { runs } = await t.claim(20);
        claimed.push(...runs);
        // After an edit, more may run until they end, and none starts.
        if (runs.length > 0) expect(claimed.length).toBeLessThanOrEqual(most ?? Number.POSITIVE_INFINITY);
      };
      for (const step of STEPS) {
        await passed(step.waitMs);
        if (step.act === 'trigger') made.push(...(await trigger(1)));
        else if (step.act === 'claim') await claim();
        else if (step.act === 'succeed') await t.settleAll(claimed.splice(0, step.ends));
        else if (step.act === 'fail') await t.settleAll(claimed.splice(0, step.ends), failed());
        else if (step.act === 'edit') {
          most = step.most;
          await editTo(most);
        } else if (step.act === 'run_at') await triggerAt(nextMinute(), 6);
        else if (step.act === 'backfill') await backfill(6);
        else if (step.act === 'pause_until') {
          if (!isPaused) await t.done('a', { kind: 'pause', cancelLive: false, until: nextMinute() });
        } else {
          await t.done('a', isPaused ? { kind: 'resume' } : { kind: 'pause', cancelLive: false });
          isPaused = !isPaused;
        }
      }
      if (isPaused) await t.done('a', { kind: 'resume' });
      await editTo(most, { schedule: ON_DEMAND });
      for (let n = 0; n < 200; n += 1) {
        await passed(MINUTE);
        await t.settleAll(claimed);
        claimed = [];
        await claim();
      }
      const left = await t.runs({ jobId: 'a', status: 'queued' });
      expect(left).toEqual([]);
      expect(made.length).toBeGreaterThan(20);
    });
  });
}
