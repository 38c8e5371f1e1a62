import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignedTime, latestDueBy } from './assigned-time.ts';
import type { Schedule } from './schedule.ts';

const HOUR = 3_600_000;
const spreadBy = (spreadMs: number): Schedule => ({
  kind: 'cron',
  cron: '0 * * * *',
  timezone: 'UTC',
  spreadMs,
});
const offsetOf = (id: string, spreadMs = HOUR) => assignedTime({ id, schedule: spreadBy(spreadMs) }, 0);

// Promise P34, spread.
describe('the time that is assigned to a slot', () => {
  const jobs = fc.record({
    id: fc.string({ minLength: 1, maxLength: 128 }),
    schedule: fc.integer({ min: 1, max: 24 * HOUR }).map(spreadBy),
  });
  const instants = fc.integer({ min: 0, max: Date.UTC(3000, 0) });

  it('keeps the order of slots, and is later by a whole number of ms below the spread', () => {
    fc.assert(
      fc.property(jobs, instants, instants, (job, a, b) => {
        const offset = assignedTime(job, a) - a;
        expect(Number.isInteger(offset)).toBe(true);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThan(job.schedule.kind === 'cron' ? (job.schedule.spreadMs ?? 0) : 0);
        expect(Math.sign(assignedTime(job, a) - assignedTime(job, b))).toBe(Math.sign(a - b));
        expect(latestDueBy(job, assignedTime(job, a))).toBe(a);
      }),
    );
  });

  it('is the slot itself without a spread', () => {
    const schedule: Schedule = { kind: 'cron', cron: '0 * * * *', timezone: 'UTC' };
    expect(assignedTime({ id: 'a', schedule }, 5)).toBe(5);
    expect(assignedTime({ id: 'a', schedule: { kind: 'on_demand' } }, 5)).toBe(5);
  });

  it('does not change from version to version: a new release would move all slots', () => {
    expect(['sync-1', 'sync-2', 'sync-3', 'é'].map((id) => offsetOf(id))).toMatchInlineSnapshot(`
      [
        1099709,
        464503,
        442690,
        2629225,
      ]
    `);
  });

  it.each([
    ['count up', (n: number) => `tenant-${n}`],
    ['differ in their first character', (n: number) => `${String.fromCharCode(33 + n)}-sync`],
    ['differ in their length', (n: number) => 'x'.repeat(n + 1)],
    ['are UUIDs that count up', (n: number) => `018f2b6e-7c1a-7000-8000-${n.toString(16).padStart(12, '0')}`],
  ])('spreads ids evenly that %s', (_, idOf) => {
    const perTenth = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 1_000; n += 1) {
      const tenth = Math.floor(offsetOf(idOf(n)) / (HOUR / 10));
      perTenth[tenth] = (perTenth[tenth] ?? 0) + 1;
    }
    // 100 are expected in each tenth, with a standard deviation of 9.5.
    for (const count of perTenth) {
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(140);
    }
  });
});
