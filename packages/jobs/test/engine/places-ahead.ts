import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettleInput } from '../../src/core/store/store-passes.ts';
import { beforeSlot, EVERY, SLOT } from './claimed-ahead.ts';
import { createHarness, type Harness, job, type MakeDatabase, manualHandlers } from './engine-harness.ts';

/** Places for runs that are claimed ahead. */
export function placesAhead(makeDatabase: MakeDatabase): void {
  let h: Harness;
  const { starts, runs, passUntil, noteStarts, claimedAhead } = beforeSlot(() => h);
  beforeEach(async () => {
    h = await createHarness({ autoRun: true, concurrency: 1 }, makeDatabase);
    noteStarts();
  });
  afterEach(() => h.close());

  // Promise P9, lost nodes.
  describe('a slot that comes soon', () => {
    it('takes no place until then: due runs use the place', async () => {
      await h.engine.createJob(job(EVERY));
      await h.engine.createJob(job({ id: 'other' }));
      await claimedAhead();
      await h.engine.trigger('other');
      await expect.poll(() => h.pass(5).then(() => starts)).toHaveLength(1);
      await passUntil(SLOT);
      expect(starts).toEqual([expect.any(Number), SLOT]);
    });

    describe('while another run waits for a place', () => {
      /**
       * Five runs of another job that take `ms` each, then two runs: one has the only place, the other waits
       * for it.
       */
      const busyBeside = async (ms: number) => {
        await h.engine.createJob(job(EVERY));
        await h.engine.createJob(job({ id: 'other', overlap: 'allow' }));
        for (let n = 1; n <= 5; n++) {
          const quick = manualHandlers();
          h.deps.handler = quick.handler;
          await h.engine.trigger('other');
          await expect.poll(() => h.pass(1).then(() => quick.started)).toHaveLength(1);
          if (ms > 0) await h.pass(ms);
          quick.end();
          await expect.poll(() => h.pass(20).then(() => succeeded())).toBe(n);
        }
        await passUntil(SLOT - 400);
        const manual = manualHandlers();
        h.deps.handler = manual.handler;
        await h.engine.trigger('other');
        await h.engine.trigger('other');
        await passUntil(SLOT - 40);
        expect(manual.started).toHaveLength(1);
        return manual;
      };
      const succeeded = async () => (await runs()).filter(({ status }) => status === 'succeeded').length;
      const slot = async () => (await runs()).find(({ scheduledFor }) => scheduledFor === SLOT);

      it('is claimed ahead where that place is free soon, and starts when it comes', async () => {
        const manual = await busyBeside(0);
        expect(await slot()).toMatchObject({ status: 'queued', claim: {} });
        manual.end(0);
        await expect.poll(() => h.pass(1).then(() => manual.started)).toHaveLength(2);
        manual.end(1);
        await passUntil(SLOT);
        await expect.poll(() => h.pass(1).then(() => manual.started)).toHaveLength(3);
        manual.end(2);
        await expect
          .poll(() => h.pass(20).then(slot))
          .toMatchObject({ status: 'succeeded', startedAt: SLOT });
      });

      it('is left to nodes with a free place when more is due than this node takes', async () => {
        const manual = await busyBeside(80);
        expect(await slot()).not.toHaveProperty('claim');
        manual.end();
      });
    });

    // Promise P20, isolation.
    describe('while claims are held back', () => {
      const slot = SLOT + 10_000;
      const slotRun = async () => (await runs()).find(({ scheduledFor }) => scheduledFor === slot);
      /** In a process whose event loop has been late for `seconds`. */
      const lateFor = async (seconds: number) => {
        await h.close();
        let isLate = false;
        const loopDelay = {
          enable: () => true,
          disable: () => true,
          reset: () => undefined,
          percentile: () => (isLate ? 60e6 : 0),
        };
        h = await createHarness({ autoRun: true, concurrency: 1, loopDelay }, makeDatabase);
        noteStarts();
        await h.engine.createJob(job({ ...EVERY, startAt: new Date(slot).toISOString() }));
        await h.engine.createJob(job({ id: 'other', overlap: 'allow' }));
        const begin = slot - 1_000 - seconds * 1_000;
        // The first claim: from 5 s after it, a late event loop counts.
        await passUntil(begin - 6_000);
        await h.engine.trigger('other');
        await passUntil(begin);
        isLate = true;
        for (let n = 0; n < seconds; n++) {
          await h.engine.trigger('other');
          await h.pass(1_000);
        }
        expect((await h.engine.stats()).nodes).toMatchObject([{ throttled: true }]);
        await passUntil(slot - 40);
        await expect.poll(slotRun).toMatchObject({ status: 'queued' });
      };

      it('is still claimed ahead', async () => {
        await lateFor(3);
        await expect.poll(slotRun).toMatchObject({ claim: {} });
        h.clock.advance(40);
        expect(starts.at(-1)).toBe(slot);
      });

      it('is claimed at its time when claims are at their lowest', async () => {
        await lateFor(14);
        await h.store.quiet();
        expect(await slotRun()).not.toHaveProperty('claim');
        await expect
          .poll(() => h.pass(20).then(slotRun))
          .toMatchObject({ status: 'succeeded', startedAt: expect.any(Number) });
        expect(starts.at(-1)).toBeGreaterThanOrEqual(slot);
      });
    });

    it('runs on this node if a place becomes free soon after its time', async () => {
      for (const id of ['one', 'two']) await h.engine.createJob(job({ ...EVERY, id }));
      await h.engine.createJob(job({ id: 'other' }));
      // These runs take so much time that the engine expects none of them to end soon.
      const slow = manualHandlers();
      h.deps.handler = slow.handler;
      await h.engine.trigger('other');
      await expect.poll(() => h.pass(5).then(() => slow.started)).toHaveLength(1);
      await h.pass(80);
      slow.end();
      await h.store.quiet();
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      const givenBack: unknown[] = [];
      h.store.refuse('settle', ([inputs]) => {
        for (const { outcome } of inputs as SettleInput[])
          if (outcome.kind === 'given_back') givenBack.push(outcome);
        return false;
      });
      await passUntil(SLOT - 20);
      h.clock.advance(20);
      expect(manual.started).toHaveLength(1);
      h.clock.advance(10);
      manual.end(0);
      await expect.poll(() => manual.started).toHaveLength(2);
      await h.pass(200);
      expect(givenBack).toEqual([]);
      manual.end(1);
    });

    it('is left to other nodes if no place is free at its time', async () => {
      await h.engine.createJob(job(EVERY));
      await h.engine.createJob(job({ id: 'other' }));
      await claimedAhead();
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.trigger('other');
      await expect.poll(() => h.pass(5).then(() => manual.started)).toHaveLength(1);
      await passUntil(SLOT);
      const slot = async () => (await runs()).find(({ scheduledFor }) => scheduledFor === SLOT);
      await expect.poll(() => h.pass(20).then(slot)).not.toHaveProperty('claim');
      expect(await slot()).toMatchObject({ status: 'queued', availableAt: expect.any(Number) });
      manual.end(0);
      await expect.poll(() => h.pass(20).then(() => manual.started)).toHaveLength(2);
      manual.end(1);
    });
  });
}
