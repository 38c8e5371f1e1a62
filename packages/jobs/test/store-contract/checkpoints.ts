import { describe, expect, it } from 'vitest';
import { savedStateText } from '../../src/core/model/checkpoint.ts';
import type { CheckpointInput } from '../../src/core/store/checkpoint-store.ts';
import type { ClaimedRun } from '../../src/core/store/store-passes.ts';
import { DAY, failed, type MakeStore, MINUTE, ON_DEMAND, SUCCEEDED, T0, useStore } from './rig.ts';

const RETENTION = {
  finishedPerJob: 100,
  skippedPerJob: 100,
  maxAgeMs: 30 * DAY,
  countsMaxAgeMs: 90 * DAY,
} as const;

export function checkpointsContract(makeStore: MakeStore): void {
  // Promise P30, resume. The ids are rows of decision 41.
  describe('checkpoints', () => {
    const t = useStore(makeStore);

    const inputOf = (
      { id: runId, fence }: ClaimedRun,
      more: Partial<CheckpointInput> = {},
    ): CheckpointInput => ({
      runId,
      fence,
      seq: 1,
      input: 'payload',
      content: savedStateText({ value: '{"after":1}', steps: [['charge', '7'], ['mail']] }),
      ...more,
    });
    const claimed = async (more = {}) => {
      await t.create('a', { schedule: ON_DEMAND, ...more });
      await t.trigger('a');
      return t.claimOne();
    };
    const contentOf = async (runId: string) => (await t.store.readCheckpoint(runId))?.content;

    it('is there for the next claim, after a restart, and shown with the run', async () => {
      const run = await claimed();
      expect(await t.store.readCheckpoint(run.id)).toBeUndefined();
      expect(await t.store.getRun(run.id)).not.toHaveProperty('checkpoint');
      t.clock.advance(MINUTE);
      const input = inputOf(run);
      expect(await t.store.saveCheckpoint(input)).toBe(true);
      await t.reopen();
      expect(await t.store.readCheckpoint(run.id)).toEqual({ ...input, savedAt: T0 + MINUTE });
      const { checkpoint } = (await t.store.getRun(run.id)) ?? {};
      expect(checkpoint).toEqual({ savedAt: T0 + MINUTE, steps: ['charge', 'mail'] });
    });

    it('R4: a stale claim writes nothing', async () => {
      const first = await claimed();
      expect(await t.store.saveCheckpoint(inputOf(first, { content: 'old' }))).toBe(true);
      await t.settle(first, { kind: 'given_back' });
      expect(await t.store.saveCheckpoint(inputOf(first, { seq: 2 }))).toBe(false);
      const second = await t.claimOne();
      expect(await t.store.saveCheckpoint(inputOf(first, { seq: 3 }))).toBe(false);
      expect(await contentOf(first.id)).toBe('old');
      expect(await t.store.saveCheckpoint(inputOf(second, { content: 'new' }))).toBe(true);
      expect(await contentOf(first.id)).toBe('new');
      await t.settle(second, SUCCEEDED);
      expect(await t.store.saveCheckpoint(inputOf(second, { seq: 2 }))).toBe(false);
    });

    it('an earlier state of a claim that comes late replaces no newer one', async () => {
      const run = await claimed();
      await t.store.saveCheckpoint(inputOf(run, { seq: 2, content: 'new' }));
      expect(await t.store.saveCheckpoint(inputOf(run, { seq: 1, content: 'old' }))).toBe(true);
      expect(await contentOf(run.id)).toBe('new');
    });

    it.each([
      ['success', SUCCEEDED],
      ['failure', failed('for good', true)],
    ])('the %s of its run removes it', async (_, outcome) => {
      const run = await claimed();
      await t.store.saveCheckpoint(inputOf(run));
      await t.settle(run, outcome, { isSaved: true });
      expect(await t.store.readCheckpoint(run.id)).toBeUndefined();
      expect(await t.store.getRun(run.id)).not.toHaveProperty('checkpoint');
    });

    it('the cancel of its run removes it while the run waits for a retry', async () => {
      const run = await claimed({ maxAttempts: 3 });
      await t.store.saveCheckpoint(inputOf(run));
      expect(await t.settle(run, failed(), { isSaved: true })).toMatchObject({ kind: 'waiting' });
      expect(await contentOf(run.id)).toBeDefined();
      expect(await t.store.cancelRun({ runId: run.id, force: false })).toMatchObject({ kind: 'cancelled' });
      expect(await contentOf(run.id)).toBeUndefined();
    });

    it('a large batch of ends removes all of theirs, and no other', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 40; n += 1) await t.trigger('a');
      const { runs } = await t.claim();
      for (const run of runs) await t.store.saveCheckpoint(inputOf(run));
      const [left, ...ended] = runs;
      await t.store.settle(
        ended.map(({ id: runId, fence }) => ({
          runId,
          fence,
          outcome: SUCCEEDED,
          random: 0,
          startedAt: T0,
          finishedAt: T0,
          jobVersion: 1,
          isSaved: true,
        })),
      );
      const saved = await Promise.all(runs.map(({ id }) => contentOf(id)));
      expect(saved.filter((content) => content !== undefined)).toHaveLength(1);
      expect(await contentOf(left?.id ?? '')).toBeDefined();
    });

    it('one that a crash left behind is pruned; that of a live run stays', async () => {
      const run = await claimed();
      await t.store.saveCheckpoint(inputOf(run));
      await t.store.prune(RETENTION);
      expect(await t.store.readCheckpoint(run.id)).toBeDefined();
      await t.store.cancelRun({ runId: run.id, force: true });
      expect(await t.store.getRun(run.id)).not.toHaveProperty('checkpoint');
      await t.store.prune(RETENTION);
      expect(await t.store.readCheckpoint(run.id)).toBeUndefined();
    });

    it('R5: under skip, a retry due after the next slot is made if it continues from a checkpoint', async () => {
      const often = {
        overlap: 'skip',
        backoff: { initialMs: 5 * MINUTE, maxMs: 5 * MINUTE, factor: 1, jitter: 0 },
      } as const;
      await t.create('a', often);
      t.clock.advance(MINUTE);
      await t.plan();
      const run = await t.claimOne();
      await t.store.saveCheckpoint(inputOf(run));
      expect(await t.settle(run, failed(), { isSaved: true })).toMatchObject({
        kind: 'waiting',
        failures: 1,
      });
      t.clock.advance(MINUTE);
      await t.plan();
      expect((await t.runs()).map(({ status }) => status)).toEqual(['skipped', 'queued']);
      t.clock.advance(4 * MINUTE);
      const again = await t.claimOne();
      expect(again).toMatchObject({ id: run.id, attempt: 2 });
      expect(await t.store.readCheckpoint(run.id)).toBeDefined();
      // Without a checkpoint, the next slot replaces it, as ever.
      expect(await t.settle(again, failed())).toMatchObject({ kind: 'finished', status: 'failed' });
    });
  });
}
