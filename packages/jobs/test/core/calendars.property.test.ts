import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsText } from '../../src/core/calendars/job-calendar.ts';
import type { CatchUp, Job, Overlap } from '../../src/core/model/job.ts';
import { assignedTime, latestDueBy, type SlotTimes } from '../../src/core/schedule/assigned-time.ts';
import { covering, definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const MODES: readonly (readonly [CatchUp, Overlap])[] = [
  ['once', 'skip'],
  ['once', 'queue'],
  ['once', 'allow'],
  ['skip', 'skip'],
  ['skip', 'queue'],
  ['all', 'queue'],
];

interface Span {
  readonly start: number;
  readonly end: number;
}

const spans = fc.array(
  fc
    .tuple(fc.nat(4_000), fc.integer({ min: 1, max: 900 }))
    .map(([from, length]): Span => ({ start: T0 + from * SECOND, end: T0 + (from + length) * SECOND })),
  { minLength: 1, maxLength: 6 },
);
const intervals = fc.integer({ min: 1_000, max: 90_000 });
const spreads = fc.option(fc.double({ min: 0.1, max: 1, noNaN: true }), { nil: undefined });
const works = fc.array(fc.tuple(fc.nat(300_000), fc.nat(3)), { minLength: 1, maxLength: 60 });

const textOf = (windows: readonly Span[]) =>
  windowsText({
    timezone: 'UTC',
    windows: windows.map(({ start, end }) => ({
      startAt: new Date(start).toISOString(),
      endAt: new Date(end).toISOString(),
    })),
  });
const isInside = (windows: readonly Span[], at: number) =>
  windows.some(({ start, end }) => start <= at && at < end);
/** The naive rule: as long as an instant is inside a window, it is the end of this window. */
function moved(windows: readonly Span[], at: number): number {
  const inside = windows.find(({ start, end }) => start <= at && at < end);
  return inside === undefined ? at : moved(windows, inside.end);
}
const scheduleOf = (everyMs: number, spread: number | undefined) =>
  every(everyMs, spread === undefined ? {} : { spreadMs: Math.max(Math.floor(spread * everyMs), 1) });

// Promise P33, calendars and ends.
describe('a job with a calendar', () => {
  it('K2: assigned times follow the windows, keep the order of slots, and have an inverse', () => {
    fc.assert(
      fc.property(spans, intervals, spreads, fc.nat(5_000_000), (windows, everyMs, spread, ms) => {
        const schedule = scheduleOf(everyMs, spread);
        const plain: SlotTimes = { id: 'job', schedule };
        const job: SlotTimes = { ...plain, calendar: { id: 'c', mode: 'move' }, windows: textOf(windows) };
        const offset = assignedTime(plain, 0);
        const slot = T0 + ms;
        expect(assignedTime(job, slot)).toBe(moved(windows, moved(windows, slot) + offset));
        expect(assignedTime(job, slot + 1)).toBeGreaterThanOrEqual(assignedTime(job, slot));
        const by = latestDueBy(job, slot);
        expect(assignedTime(job, by)).toBeLessThanOrEqual(slot);
        expect(assignedTime(job, by + 1)).toBeGreaterThan(slot);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['skip', 'move'] as const)('%s: each slot has one row, and none is due before its time', (mode) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODES),
        intervals,
        spreads,
        spans,
        works,
        (how, everyMs, spread, windows, plan) => {
          const [catchUp, overlap] = how;
          const schedule = scheduleOf(everyMs, spread);
          const made = definition(schedule, { catchUp, overlap, calendar: { id: 'c', mode } });
          const sim = new Simulation(made, T0, textOf(windows));
          const dueOf = (slot: number) => assignedTime({ ...sim.job }, slot);
          for (const [ms, settle] of plan) {
            sim.now += ms;
            sim.plan();
            sim.claim(3);
            for (const run of sim.running().slice(0, settle)) sim.settle(run);
            holds(sim.job, windows);
          }
          const last = sim.job.lastSlotAt ?? T0;
          for (let slot = T0 + everyMs; slot <= last; slot += everyMs)
            expect(covering(sim.rows, slot)).toBe(1);
          for (const { slot = 0, state, reason, madeAt } of sim.rows) {
            expect(dueOf(slot)).toBeLessThanOrEqual(madeAt);
            const isSkipped = mode === 'skip' && isInside(windows, dueOf(slot));
            if (reason === 'blackout') expect(isSkipped).toBe(true);
            else if (state !== 'skipped') expect(isSkipped).toBe(false);
          }
          // No slot that is due is left behind, unless it waits for room, or a window skips it and goes on.
          const next = last + everyMs;
          if (catchUp !== 'all' && !(mode === 'skip' && isInside(windows, dueOf(next))))
            expect(dueOf(next)).toBeGreaterThan(sim.now);
        },
      ),
      { numRuns: 400 },
    );
  });
});

function holds(job: Job, windows: readonly Span[]): void {
  const slot = job.nextSlotAt ?? job.nextRunAt;
  expect(slot).toBeDefined();
  expect(job.nextRunAt).toBeDefined();
  expect(isInside(windows, job.nextRunAt ?? 0)).toBe(false);
}
