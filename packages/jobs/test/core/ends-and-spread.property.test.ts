import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CatchUp, nextSlotOf, type Overlap } from '../../src/core/model/job.ts';
import { assignedTime } from '../../src/core/schedule/assigned-time.ts';
import { boundsOf, runsLeft, type Schedule } from '../../src/core/schedule/schedule.ts';
import { covering, definition, every, type Row, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const MODES: readonly (readonly [CatchUp, Overlap])[] = [
  ['once', 'skip'],
  ['once', 'queue'],
  ['once', 'allow'],
  ['skip', 'skip'],
  ['skip', 'queue'],
  ['all', 'queue'],
];

interface Bounds {
  /** How long after the start no slot is left. */
  readonly endsAfter: number | undefined;
  readonly maxRuns: number | undefined;
  /** A part of the interval. */
  readonly spread: number | undefined;
}

type Step =
  | { readonly do: 'work'; readonly settle: number; readonly fails: boolean }
  | { readonly do: 'pause'; readonly forMs: number | undefined }
  | { readonly do: 'resume' | 'trigger' | 'nothing' }
  | { readonly do: 'edit'; readonly bounds: Bounds; readonly mode: readonly [CatchUp, Overlap] };

const bounds: fc.Arbitrary<Bounds> = fc.record({
  endsAfter: fc.option(fc.integer({ min: 90_000, max: 6_000_000 }), { nil: undefined }),
  maxRuns: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  spread: fc.option(fc.double({ min: 0.1, max: 1, noNaN: true }), { nil: undefined }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('work' as const), settle: fc.nat(3), fails: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('pause' as const),
      forMs: fc.option(fc.integer({ min: 1, max: 300_000 }), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('resume', 'trigger', 'nothing') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('edit' as const), bounds, mode: fc.constantFrom(...MODES) }),
  },
);
const ahead = fc.nat(300_000);
const jumping = fc.oneof(ahead, fc.integer({ min: -4_000_000, max: 0 }));
const stepsIn = (waits: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(waits, step), { minLength: 1, maxLength: 50 });
const intervals = fc.integer({ min: 1_000, max: 90_000 });

function scheduleOf(everyMs: number, { endsAfter, maxRuns, spread }: Bounds): Schedule {
  return every(everyMs, {
    ...(endsAfter === undefined ? {} : { endAt: T0 + endsAfter }),
    ...(maxRuns === undefined ? {} : { maxRuns }),
    ...(spread === undefined ? {} : { spreadMs: Math.max(Math.floor(spread * everyMs), 1) }),
  });
}

function act(sim: Simulation, what: Step, everyMs: number): void {
  switch (what.do) {
    case 'work':
      sim.plan();
      sim.claim(3);
      for (const run of sim.running().slice(0, what.settle))
        sim.settle(run, what.fails ? 'failed' : 'succeeded');
      return;
    case 'pause': {
      sim.plan();
      const until = what.forMs === undefined ? {} : { until: sim.now + what.forMs };
      sim.command({ kind: 'pause', cancelLive: false, ...until });
      return;
    }
    case 'resume':
    case 'trigger':
      sim.command({ kind: what.do });
      return;
    case 'edit': {
      const [catchUp, overlap] = what.mode;
      const schedule = scheduleOf(everyMs, what.bounds);
      sim.command({ kind: 'edit', definition: definition(schedule, { catchUp, overlap }) });
      return;
    }
    case 'nothing':
      return;
    default:
      what satisfies never;
  }
}

/** What holds of the job after each step, whatever the clock did. */
function holds({ job, ...sim }: Simulation, isLive: boolean): void {
  const slot = nextSlotOf(job);
  const { endAt = Number.POSITIVE_INFINITY } = boundsOf(job.schedule);
  if (slot === undefined) expect(job).not.toHaveProperty('nextRunAt');
  else {
    expect(job.nextRunAt).toBe(assignedTime(job, slot));
    expect(slot).toBeLessThanOrEqual(endAt);
    expect(runsLeft(job.schedule, job.runsMade)).toBeGreaterThan(0);
    expect((slot - T0) % Number(Reflect.get(job.schedule, 'everyMs'))).toBe(0);
  }
  if (job.status === 'finished') expect([slot, isLive]).toEqual([undefined, false]);
  if (job.status === 'active') expect(slot !== undefined || isLive).toBe(true);
  expect(sim.rows.filter(({ state }) => state === 'waiting').length).toBeLessThan(500);
}

const isRunOfSlot = ({ state, trigger }: Row) => state !== 'skipped' && trigger === 'schedule';

/** The slots of the rows that a step made, run or skipped. */
const slotsSince = (sim: Simulation, rows: number) =>
  sim.rows.slice(rows).flatMap(({ slot, from }) => (slot === undefined ? [] : [from ?? slot, slot]));

// Promises P5, one run per slot; P33, calendars and ends; P34, spread.
describe('a job with an end and a spread, whatever people do to it', () => {
  it('takes no slot twice, none before it is due, none after its end, and no more than it may', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODES),
        intervals,
        bounds,
        stepsIn(ahead),
        (mode, everyMs, first, plan) => {
          const [catchUp, overlap] = mode;
          const sim = new Simulation(definition(scheduleOf(everyMs, first), { catchUp, overlap }), T0);
          for (const [ms, what] of plan) {
            sim.now += ms;
            const before = sim.rows.length;
            const { schedule, runsMade } = sim.job;
            act(sim, what, everyMs);
            holds(sim, sim.isLive());
            // An edit takes slots of the schedule before it, and those of its own that are due by now.
            const both = [schedule, sim.job.schedule];
            for (const slot of slotsSince(sim, before)) {
              const due = both.map((of) => assignedTime({ id: 'job', schedule: of }, slot));
              expect(Math.min(...due)).toBeLessThanOrEqual(sim.now);
              expect(slot).toBeLessThanOrEqual(Math.max(...both.map((of) => boundsOf(of).endAt ?? slot)));
            }
            const runs = sim.rows.slice(before).filter(isRunOfSlot);
            expect(runs.length).toBeLessThanOrEqual(Math.max(...both.map((of) => runsLeft(of, runsMade))));
          }
          const { maxRuns } = boundsOf(sim.job.schedule);
          if (maxRuns === undefined) expect(sim.job).not.toHaveProperty('runsMade');
          for (let slot = T0; slot <= sim.now; slot += everyMs)
            expect(covering(sim.rows, slot)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('without edits and pauses, each slot up to the end has one row, and no more than max_runs are runs', () => {
    const works = fc.array(fc.tuple(ahead, fc.nat(3)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(...MODES), intervals, bounds, works, (mode, everyMs, first, plan) => {
        const [catchUp, overlap] = mode;
        const schedule = scheduleOf(everyMs, first);
        const sim = new Simulation(definition(schedule, { catchUp, overlap }), T0);
        for (const [ms, settle] of plan) {
          sim.now += ms;
          act(sim, { do: 'work', settle, fails: false }, everyMs);
          holds(sim, sim.isLive());
        }
        const runs = sim.rows.filter(isRunOfSlot);
        const { endAt = sim.now, maxRuns = Number.POSITIVE_INFINITY } = boundsOf(schedule);
        expect(runs.length).toBeLessThanOrEqual(maxRuns);
        if (maxRuns !== Number.POSITIVE_INFINITY) expect(sim.job.runsMade ?? 0).toBe(runs.length);
        const last = sim.job.lastSlotAt ?? T0;
        expect(last).toBeLessThanOrEqual(endAt);
        for (let slot = T0 + everyMs; slot <= last; slot += everyMs) expect(covering(sim.rows, slot)).toBe(1);
        const isSpent = runs.length === maxRuns;
        const next = last + everyMs;
        // No slot that is due is left behind, unless it waits for room.
        if (!isSpent && catchUp !== 'all' && next <= endAt)
          expect(assignedTime({ id: 'job', schedule }, next)).toBeGreaterThan(sim.now);
      }),
      { numRuns: 500 },
    );
  });

  it('a fixed delay ends, too: no run is of a slot after the end, and none beyond max_runs', () => {
    const modes = MODES.filter(([catchUp]) => catchUp !== 'all');
    const works = fc.array(fc.tuple(ahead, fc.nat(2)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.constantFrom(...modes),
        intervals,
        bounds,
        works,
        ([catchUp, overlap], everyMs, { endsAfter, maxRuns = 1_000 }, plan) => {
          const endAt = T0 + (endsAfter ?? 40_000_000);
          const schedule = every(everyMs, { mode: 'fixed_delay', endAt, maxRuns });
          const sim = new Simulation(definition(schedule, { catchUp, overlap }), T0);
          for (const [ms, settle] of plan) {
            sim.now += ms;
            act(sim, { do: 'work', settle, fails: true }, everyMs);
            const { job } = sim;
            if (job.status === 'finished') expect([job.nextRunAt, sim.isLive()]).toEqual([undefined, false]);
            else expect(job.nextRunAt !== undefined || sim.isLive()).toBe(true);
            expect(job.nextRunAt ?? 0).toBeLessThanOrEqual(endAt);
          }
          const runs = sim.rows.filter(isRunOfSlot);
          expect(runs.length).toBeLessThanOrEqual(maxRuns);
          for (const { slot = 0 } of runs) expect(slot).toBeLessThanOrEqual(endAt);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('when the clock jumps, no catch-up run covers a slot that has a row', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODES),
        intervals,
        bounds,
        stepsIn(jumping),
        (mode, everyMs, first, plan) => {
          const [catchUp, overlap] = mode;
          const sim = new Simulation(definition(scheduleOf(everyMs, first), { catchUp, overlap }), T0);
          for (const [ms, what] of plan) {
            sim.now = Math.max(sim.now + ms, T0);
            const before = sim.rows.length;
            act(sim, what, everyMs);
            holds(sim, sim.isLive());
            for (const [n, row] of sim.rows.entries()) {
              const { from, slot } = row;
              if (n < before || from === undefined || slot === undefined) continue;
              const isCovered = (other: number | undefined) =>
                other !== undefined && from <= other && other <= slot;
              expect(sim.rows.slice(0, n).filter((other) => isCovered(other.slot))).toEqual([]);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
