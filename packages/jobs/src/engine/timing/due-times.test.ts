import { describe, expect, it } from 'vitest';
import type { ClaimResult, PlanResult } from '../../core/store/store-passes.ts';
import { DueTimes } from './due-times.ts';

const planned = (nextWakeAt: number): PlanResult => ({
  now: 0,
  queued: [],
  skipped: [],
  failed: [],
  more: false,
  nextWakeAt,
});
const claimed = (nextDueAt?: number): ClaimResult => ({
  now: 10,
  jobs: [],
  runs: [],
  ...(nextDueAt === undefined ? {} : { nextDueAt }),
});

// Promises P3, grid; P4, stored next run; P9, lost nodes; P15, run now.
describe('the known due times', () => {
  /** Both are asked, `meanwhile` happens, and then their answers come. */
  async function answered(meanwhile: (due: DueTimes) => void): Promise<DueTimes> {
    const due = new DueTimes(0);
    const plan = Promise.withResolvers<PlanResult>();
    const claim = Promise.withResolvers<ClaimResult>();
    const asked = [
      due.ask('claim', plan.promise, (result) => due.planned(result, 0)),
      due.ask('claim', claim.promise, (result) => due.claimed(result, 5)),
    ];
    meanwhile(due);
    plan.resolve(planned(100));
    claim.resolve(claimed());
    await Promise.all(asked);
    return due;
  }

  it('is nothing at first, then what the answers say', async () => {
    expect(new DueTimes(0)).toMatchObject({ nextWakeAt: -Infinity, nextDueAt: -Infinity });
    expect(await answered(() => undefined)).toMatchObject({ nextWakeAt: 100, nextDueAt: Infinity });
  });

  it('is nothing again when a look was asked for while they were on their way', async () => {
    const due = await answered((one) => one.invalidate());
    expect(due).toMatchObject({ nextWakeAt: -Infinity, nextDueAt: -Infinity });
  });

  it('but a look asked for before counts for no answer after it', async () => {
    const due = new DueTimes(0);
    due.invalidate();
    await due.ask('claim', Promise.resolve(planned(100)), (result) => due.planned(result, 0));
    expect(due.nextWakeAt).toBe(100);
  });

  it('knows whether the last claim left due runs, even after another look', () => {
    const due = new DueTimes(200);
    expect(due.hasUnclaimed).toBe(false);
    due.claimed(claimed(10), 0);
    due.invalidate();
    due.claimedByCommand(claimed());
    expect(due.hasUnclaimed).toBe(true);
    due.claimed(claimed(11), 0);
    expect(due.hasUnclaimed).toBe(false);
  });

  it('remembers a run that was put back before or during a look', async () => {
    expect(await answered((due) => due.runPutBack(50))).toMatchObject({ nextWakeAt: 100, nextDueAt: 50 });
    const due = await answered(() => undefined);
    due.runPutBack(70);
    expect(due.nextDueAt).toBe(70);
  });

  it('remembers a job that was created before or during a look, without another look', async () => {
    const meanwhile = await answered((one) => one.jobCreated(50));
    expect(meanwhile).toMatchObject({ nextWakeAt: 50, nextDueAt: Infinity });
    const due = await answered((one) => one.jobCreated(200));
    expect(due.nextWakeAt).toBe(100);
    expect(due.jobCreated(100)).toBe(false);
    expect(due.jobCreated(70)).toBe(true);
    expect(due).toMatchObject({ nextWakeAt: 70, nextDueAt: Infinity });
  });

  it('looks for a new job as far ahead as for others, or when it is due if that was asked already', async () => {
    const due = new DueTimes(200);
    const plan = Promise.withResolvers<PlanResult>();
    const asked = due.ask('claim', plan.promise, (result) => due.planned(result, 200));
    due.jobCreated(150);
    plan.resolve(planned(900));
    await asked;
    expect(due.nextWakeAt).toBe(150);
    const later = new DueTimes(200);
    later.forget();
    later.planned(planned(900), 0);
    later.jobCreated(700);
    expect(later.nextWakeAt).toBe(600);
  });

  it('learns nothing from a question that fails', async () => {
    const due = await answered(() => undefined);
    await expect(due.ask('claim', Promise.reject(new Error('away')), () => undefined)).rejects.toThrow(
      'away',
    );
    expect(due).toMatchObject({ nextWakeAt: 100, nextDueAt: Infinity });
  });

  it('leaves due runs to free places when a claim got less than it asked for', () => {
    const due = new DueTimes(0);
    expect(due.claimed(claimed(10), 5)).toBe(true);
    expect(due.onlyForPlaces).toBe(true);
    expect(due.claimed(claimed(11), 5)).toBe(false);
    expect(due.onlyForPlaces).toBe(false);
  });

  it('looks for slots ahead of time, and for the remaining ones when they are due', () => {
    const due = new DueTimes(200);
    expect(due.aheadMs(0)).toBe(200);
    due.planned(planned(1_000), 200);
    expect(due.nextWakeAt).toBe(900);
    due.planned(planned(200), 0);
    expect(due.nextWakeAt).toBe(200);
    due.claimed(claimed(1_000), 5);
    expect(due.nextDueAt).toBe(900);
    due.claimed(claimed(150), 5);
    expect(due.nextDueAt).toBe(150);
    // Not again for what was asked for; but again once that is half over, or the clock has jumped back.
    expect([1, 99, 100, 300, -1].map((now) => due.aheadMs(now))).toEqual([0, 0, 200, 200, 200]);
  });

  it('keeps asking ahead while more is due than one plan takes, once the rest is 140 ms away', () => {
    const due = new DueTimes(200);
    due.planned({ ...planned(150), more: true }, 200);
    expect(due.nextWakeAt).toBe(10);
    expect(due.aheadMs(10)).toBe(200);
    // What was due is more than one plan takes: what is left is looked for as ever.
    due.planned({ ...planned(150), more: true }, 0);
    expect(due.nextWakeAt).toBe(50);
  });

  it('asks beside a running plan only when its answer would come too late', async () => {
    const due = new DueTimes(200);
    due.planned(planned(1_000), 200);
    const plan = Promise.withResolvers<PlanResult>();
    const asked = due.ask('plan', plan.promise, (result) => due.planned(result, 200));
    expect(due.nextWakeAt).toBe(1_000);
    plan.resolve(planned(2_000));
    await asked;
    expect(due.nextWakeAt).toBe(1_900);
  });

  it('keeps a due time that a claim beside passes, with an older answer, does not know', () => {
    const due = new DueTimes(0);
    due.claimed(claimed(), 5);
    due.planned({ ...planned(100), queued: [{ id: '1', jobId: 'a', jobUid: '1' }] }, 0);
    expect(due.claimedByCommand(claimed())).toBe(false);
    expect(due.nextDueAt).toBe(-Infinity);
    due.claimed(claimed(70), 5);
    expect(due.claimedByCommand(claimed(50))).toBe(false);
    expect(due.nextDueAt).toBe(50);
    expect(due.claimedByCommand(claimed(10))).toBe(true);
  });

  it('is unknown for claims once something was planned or let go', async () => {
    const due = await answered(() => undefined);
    due.planned({ ...planned(100), queued: [{ id: '1', jobId: 'a', jobUid: '1' }] }, 0);
    expect(due.nextDueAt).toBe(-Infinity);
  });
});
