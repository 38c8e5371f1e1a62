import { describe, expect, it } from 'vitest';
import { type BackfillSlots, takeBackfill } from '../../src/core/backfills/backfill-slots.ts';
import { type Job, type LiveRuns, NO_LIVE_RUNS, type Overlap } from '../../src/core/model/job.ts';
import { draftOf } from '../../src/core/rules/decision.ts';
import { definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const NOW = T0 + 9 * HOUR;

// Promise P37, backfill.
describe('the slots of a backfill', () => {
  const made = (overlap: Overlap, more: Partial<Job> = {}): Job => ({
    ...new Simulation(definition(every(HOUR), { overlap }), T0).job,
    nextRunAt: NOW + HOUR,
    backfillLeft: 3,
    ...more,
  });
  const take = (job: Job, live: Partial<LiveRuns> = {}, slots: Partial<BackfillSlots> = {}) => {
    const draft = draftOf(job, { ...NO_LIVE_RUNS, ...live });
    takeBackfill(draft, { next: [1, 2, 3].map((n) => T0 + n * HOUR), liveRuns: 0, ...slots }, NOW);
    return { draft, taken: draft.backfill.map((slot) => (slot - T0) / HOUR) };
  };

  it('wait while a slot of the schedule is due', () => {
    expect(take(made('skip', { nextRunAt: NOW })).taken).toEqual([]);
    expect(take(made('skip', { nextRunAt: NOW + 1 })).taken).toEqual([1]);
    expect(take(made('skip', { status: 'paused' })).taken).toEqual([]);
  });

  it('leave the room to a run by hand that is due', () => {
    expect(take(made('skip'), { dueOwnRuns: 1 }).taken).toEqual([]);
    expect(take(made('queue'), { dueOwnRuns: 1 }).taken).toEqual([1]);
  });

  it('make a run that waits behind the live one under queue', () => {
    const { draft, taken } = take(made('queue'), { active: 1 });
    expect(taken).toEqual([1]);
    expect(draft.queue).toMatchObject([{ held: 'overlap' }]);
    expect(take(made('queue')).draft.queue.map(({ held }) => held)).toEqual(['no', 'overlap']);
  });

  it('are at most 100 live ones where runs may overlap; a settlement wakes the job then', () => {
    const { draft, taken } = take(made('allow'), {}, { liveRuns: 98 });
    expect(taken).toEqual([1, 2]);
    expect(draft).toMatchObject({ isBackfillFull: true, job: { backfillLeft: 1 } });
  });

  it('end the backfill of the job when there is none, whatever the job counted', () => {
    expect(take(made('skip'), {}, { next: [] }).draft.job.backfillLeft).toBeUndefined();
    expect(take(made('allow')).draft.job.backfillLeft).toBeUndefined();
  });
});
