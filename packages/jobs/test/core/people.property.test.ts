import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CatchUp, isFixedDelay, type Overlap } from '../../src/core/model/job.ts';
import { covering, definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const MODES: readonly (readonly [CatchUp, Overlap])[] = [
  ['once', 'skip'],
  ['once', 'queue'],
  ['once', 'allow'],
  ['skip', 'skip'],
  ['skip', 'queue'],
  ['skip', 'allow'],
  ['all', 'queue'],
];

type Step =
  | { readonly do: 'work'; readonly settle: number; readonly fails: boolean }
  | { readonly do: 'pause'; readonly forMs: number | undefined }
  | { readonly do: 'resume' | 'trigger' | 'nothing' }
  | { readonly do: 'edit'; readonly mode: readonly [CatchUp, Overlap] };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), mode: fc.constantFrom(...MODES) }) },
);
const steps = fc.array(fc.tuple(fc.nat(400_000), step), { minLength: 1, maxLength: 50 });

/** The history of a job under test: when it was paused, and its earlier modes. */
interface Story {
  readonly pauses: { readonly from: number; to: number }[];
  overlapped: boolean;
}

function act(sim: Simulation, what: Step, story: Story): void {
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
      const wasPaused = sim.job.status === 'paused';
      sim.command({ kind: 'pause', cancelLive: false, ...until });
      if (!wasPaused) story.pauses.push({ from: sim.now, to: Number.POSITIVE_INFINITY });
      const last = story.pauses.at(-1);
      if (last !== undefined) last.to = until.until ?? Number.POSITIVE_INFINITY;
      return;
    }
    case 'resume': {
      const last = story.pauses.at(-1);
      if (sim.job.status === 'paused' && last !== undefined) last.to = Math.min(last.to, sim.now);
      sim.command({ kind: 'resume' });
      return;
    }
    case 'trigger':
      sim.command({ kind: 'trigger' });
      return;
    case 'edit': {
      const [catchUp, overlap] = what.mode;
      sim.command({ kind: 'edit', definition: definition(sim.job.schedule, { catchUp, overlap }) });
      if (overlap === 'allow') story.overlapped = true;
      return;
    }
    case 'nothing':
      return;
    default:
      what satisfies never;
  }
}

function holds(sim: Simulation, story: Story): void {
  const { job } = sim;
  const live = sim.live();
  // P4, stored next run: a job always has a time or a run that brings it forward, and the planner knows the
  // time.
  if (job.status === 'active') {
    expect(job.nextRunAt !== undefined || sim.isLive()).toBe(true);
    expect(job.wakeAt !== undefined || sim.isLive()).toBe(true);
  }
  if (job.status === 'paused') expect(job.nextRunAt).toBeUndefined();
  // P5, one run per slot.
  if (job.lastSlotAt !== undefined && job.nextRunAt !== undefined)
    expect(job.nextRunAt).toBeGreaterThan(job.lastSlotAt);
  // P7, overlap: a run waits only while an active run takes the room.
  if (live.waiting > 0 && job.status === 'active') expect(live.active).toBeGreaterThan(0);
  if (!story.overlapped) expect(live.active).toBeLessThanOrEqual(1);
  if (isFixedDelay(job.schedule) && sim.isLive()) expect(job.nextRunAt).toBeUndefined();
}

// Promises P3, grid; P4, stored next run; P5, one run per slot; P6, catch-up; P7, overlap; P14, pause; P16,
// edit; P17, clock.
describe('whatever people do to a job', () => {
  it('exactly one row covers each slot outside of pauses, and the schedule continues', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODES),
        fc.integer({ min: 1_000, max: 90_000 }),
        steps,
        (mode, interval, plan) => {
          const [catchUp, overlap] = mode;
          const sim = new Simulation(definition(every(interval), { catchUp, overlap }), T0);
          const story: Story = { pauses: [], overlapped: overlap === 'allow' };
          for (const [ms, what] of plan) {
            sim.now += ms;
            act(sim, what, story);
            holds(sim, story);
          }
          const isPaused = (slot: number) => story.pauses.some(({ from, to }) => from < slot && slot <= to);
          for (let slot = T0 + interval; slot <= (sim.job.lastSlotAt ?? T0); slot += interval)
            expect(covering(sim.rows, slot)).toBe(isPaused(slot) ? 0 : 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a fixed delay continues, and never has a next run beside a live run', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MODES.slice(0, 6)), steps, ([catchUp, overlap], plan) => {
        const schedule = every(60_000, { mode: 'fixed_delay' });
        const sim = new Simulation(definition(schedule, { catchUp, overlap }), T0);
        const story: Story = { pauses: [], overlapped: overlap === 'allow' };
        for (const [ms, what] of plan) {
          sim.now += ms;
          act(sim, what, story);
          holds(sim, story);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('when the clock jumps, no catch-up run covers a slot that has a row', () => {
    const jumps = fc.array(fc.tuple(fc.integer({ min: -4_000_000, max: 4_000_000 }), step), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...MODES),
        fc.integer({ min: 1_000, max: 90_000 }),
        jumps,
        ([catchUp, overlap], interval, plan) => {
          const sim = new Simulation(definition(every(interval), { catchUp, overlap }), T0);
          const story: Story = { pauses: [], overlapped: true };
          for (const [ms, what] of plan) {
            sim.now = Math.max(sim.now + ms, T0);
            const before = sim.rows.length;
            act(sim, what, story);
            for (const [n, row] of sim.rows.entries()) {
              if (n < before || row.from === undefined || row.slot === undefined) continue;
              const { from, slot } = row;
              const covered = sim.rows.slice(0, n).filter((other) => isWithin(other.slot, from, slot));
              expect(covered).toEqual([]);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

function isWithin(slot: number | undefined, from: number, to: number): boolean {
  return slot !== undefined && from <= slot && slot <= to;
}
