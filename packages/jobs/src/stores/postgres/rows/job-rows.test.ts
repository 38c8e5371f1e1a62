import { describe, expect, it } from 'vitest';
import type { Job } from '../../../core/model/job.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { stateUpdateOf } from './job-rows.ts';

const before = {
  job: { failedInRow: 0 },
  uid: 7,
  typeKey: 1,
  finishedCount: 0,
  skippedCount: 0,
} as StoredJob;
const withJob = (change: Partial<Job>): StoredJob => ({ ...before, job: { ...before.job, ...change } });
const OF_A_SLOT: readonly (readonly [string, StoredJob])[] = [
  ['wake_at', withJob({ wakeAt: 1 })],
  ['next_run_at', withJob({ nextRunAt: 1 })],
  ['last_slot_at', withJob({ lastSlotAt: 1 })],
  ['skipped_count', { ...before, skippedCount: 1 }],
];
const OF_AN_END: readonly (readonly [string, StoredJob])[] = [
  ['last_run_at', withJob({ lastRunAt: 1 })],
  ['last_status', withJob({ lastStatus: 'failed' })],
  ['last_success_at', withJob({ lastSuccessAt: 1 })],
  ['last_end_at', withJob({ lastEndAt: 1 })],
  ['failed_in_row', withJob({ failedInRow: 1 })],
  ['failing_since', withJob({ failingSince: 1 })],
  ['finished_count', { ...before, finishedCount: 1 }],
];

/** The values that the statement for this change writes, by column. */
function written(after: StoredJob): Record<string, unknown> {
  const { statement, params } = stateUpdateOf(before, after);
  const values = params(after);
  const [sql] = statement([values]);
  const columns = [...sql.matchAll(/(\w+) = new\.\1/g)].map(([, column = '']) => column);
  expect(values.length).toBe(columns.length);
  return Object.fromEntries(columns.map((column, n) => [column, values[n]]));
}

describe('the statement that writes the state of a job', () => {
  it.each([...OF_A_SLOT, ...OF_AN_END])('writes %s, and only to its row', (column, after) => {
    const { uid, ...values } = written(after);
    expect(uid).toBe(7);
    const changed = Object.entries(values).filter(([, value]) => value !== null && value !== 0);
    expect(changed).toEqual([[column, after.job.lastStatus ?? 1]]);
  });

  it('writes the columns of a slot, the columns of an end, or both', () => {
    const names = (changes: typeof OF_A_SLOT) => changes.map(([column]) => column);
    const [slot, end] = [names(OF_A_SLOT), names(OF_AN_END)];
    for (const [, after] of OF_A_SLOT)
      expect(Object.keys(written(after)).sort()).toEqual([...slot, 'uid'].sort());
    for (const [, after] of OF_AN_END)
      expect(Object.keys(written(after)).sort()).toEqual([...end, 'uid'].sort());
    for (const [, after] of OF_AN_END) {
      const both = { ...after, job: { ...after.job, wakeAt: 1 } };
      expect(Object.keys(written(both)).sort()).toEqual([...slot, ...end, 'uid'].sort());
    }
  });
});
