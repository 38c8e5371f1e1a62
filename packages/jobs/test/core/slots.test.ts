import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsText } from '../../src/core/calendars/job-calendar.ts';
import { type CatchUp, NO_LIVE_RUNS, type Overlap } from '../../src/core/model/job.ts';
import { isMissed } from '../../src/core/rules/missed.ts';
import { planJob, slotAhead } from '../../src/core/rules/slots.ts';
import { healthOf } from '../../src/core/watching/health.ts';
import { covering, definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// Promises P3, grid; P4, stored next run.
describe('the grid', () => {
  it('has its first slot one interval after creation, known from the start', () => {
    expect(new Simulation(definition(every(HOUR)), T0).job.nextRunAt).toBe(T0 + HOUR);
  });

  it('is not shifted by a slow handler or a late start', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + HOUR + 17_000;
    sim.plan();
    const [run] = sim.claim();
    expect(sim.job.nextRunAt).toBe(T0 + 2 * HOUR);
    sim.now += 20 * MINUTE;
    if (run !== undefined) sim.settle(run);
    expect(sim.job.nextRunAt).toBe(T0 + 2 * HOUR);
  });

  it('fixed_delay has no next run while a run is live, then end + interval', () => {
    const sim = new Simulation(definition(every(HOUR, { mode: 'fixed_delay' })), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    expect(sim.job.nextRunAt).toBeUndefined();
    const [run] = sim.claim();
    sim.now += 10 * MINUTE;
    if (run !== undefined) sim.settle(run);
    expect(sim.job.nextRunAt).toBe(T0 + 2 * HOUR + 10 * MINUTE);
  });

  it('fixed_delay counts from the end of a run by hand, too', () => {
    const sim = new Simulation(definition(every(HOUR, { mode: 'fixed_delay' })), T0);
    sim.now = T0 + MINUTE;
    sim.command({ kind: 'trigger' });
    expect(sim.job.nextRunAt).toBeUndefined();
    const [run] = sim.claim();
    sim.now += MINUTE;
    if (run !== undefined) sim.settle(run);
    expect(sim.job.nextRunAt).toBe(sim.now + HOUR);
  });
});

// Promises P5, one run per slot; P6, catch-up. Lesson 7, storms of catch-up runs.
describe('catch-up', () => {
  const down = (catchUp: CatchUp, overlap: Overlap, ms: number) => {
    const sim = new Simulation(definition(every(HOUR), { catchUp, overlap }), T0);
    sim.now = T0 + ms;
    sim.plan();
    return sim;
  };

  it('once makes one run for the latest passed slot, covering all others', () => {
    const sim = down('once', 'skip', 5 * HOUR + 30 * MINUTE);
    expect(sim.rows).toHaveLength(1);
    expect(sim.rows[0]).toMatchObject({ slot: T0 + 5 * HOUR, from: T0 + HOUR, missed: 5, state: 'waiting' });
    expect(sim.job.nextRunAt).toBe(T0 + 6 * HOUR);
  });

  it('a slot on time covers none but itself', () => {
    expect(down('once', 'skip', HOUR + 60_000).rows[0]).toMatchObject({ missed: 0, from: undefined });
  });

  it('a slot is missed when taken more than 60 s late', () => {
    expect(down('once', 'skip', HOUR + 60_001).rows[0]).toMatchObject({ missed: 1, from: T0 + HOUR });
  });

  it('a slot of a short interval is missed when taken later than half the gap', () => {
    const sim = new Simulation(definition(every(10_000), { catchUp: 'skip' }), T0);
    sim.now = T0 + 15_001;
    sim.plan();
    expect(sim.rows).toMatchObject([{ state: 'skipped', reason: 'missed', missed: 1 }]);
  });

  it('a slot of a fixed delay is missed when taken later than half the delay, wherever its grid lies', () => {
    const { job } = new Simulation(definition(every(10_000, { mode: 'fixed_delay' })), T0);
    expect(isMissed(job, T0 + 13_000, T0 + 18_000)).toBe(false);
    expect(isMissed(job, T0 + 13_000, T0 + 18_001)).toBe(true);
  });

  // Promise P33, calendars and ends.
  it('where a calendar moves slots, the gap goes to the next slot that is due at another time', () => {
    const windows = windowsText({
      timezone: 'UTC',
      windows: [{ startAt: '2026-01-01T00:01:40Z', endAt: '2026-01-01T00:02:40Z' }],
    });
    const calendar = { id: 'c', mode: 'move' } as const;
    const { job } = new Simulation(definition(every(20_000), { calendar }), T0, windows);
    // Slots from 100 s to 140 s are due at 160 s, with that of 160 s: after the slot of 80 s, nothing is due for 80 s.
    const late = (slotS: number, takenS: number) => isMissed(job, T0 + slotS * 1_000, T0 + takenS * 1_000);
    expect([late(80, 120), late(80, 121)]).toEqual([false, true]);
    expect([late(120, 170), late(120, 171)]).toEqual([false, true]);
    const { calendar: _, windows: __, ...plain } = job;
    expect(isMissed(plain, T0 + 80_000, T0 + 91_000)).toBe(true);
  });

  it('skip covers the missed slots by one skipped row and runs a latest slot that is just late', () => {
    const sim = down('skip', 'skip', 5 * HOUR + 10_000);
    expect(sim.rows).toMatchObject([
      { state: 'skipped', reason: 'missed', slot: T0 + 4 * HOUR, from: T0 + HOUR, missed: 4 },
      { state: 'waiting', slot: T0 + 5 * HOUR, missed: 0 },
    ]);
  });

  it('skip runs nothing when the latest slot was missed, too', () => {
    const sim = down('skip', 'skip', 5 * HOUR + 30 * MINUTE);
    expect(sim.rows).toMatchObject([{ state: 'skipped', reason: 'missed', slot: T0 + 5 * HOUR, missed: 5 }]);
  });

  it('all gives every slot its run, oldest first, one at a time; until then, the next run is in the past', () => {
    const sim = down('all', 'queue', 4 * HOUR + 30 * MINUTE);
    const order: (number | undefined)[] = [];
    expect(sim.job.nextRunAt).toBeLessThan(sim.now);
    for (let guard = 0; guard < 20 && sim.isLive(); guard++) {
      const claimed = sim.claim();
      expect(claimed).toHaveLength(1);
      for (const run of claimed) {
        order.push(run.slot);
        sim.settle(run);
      }
      sim.plan();
    }
    expect(order).toEqual([1, 2, 3, 4].map((n) => T0 + n * HOUR));
    expect(sim.job.nextRunAt).toBe(T0 + 5 * HOUR);
  });

  it('all keeps 100 slots waiting and covers the older ones by one skipped row', () => {
    const sim = down('all', 'queue', 250 * HOUR + 30 * MINUTE);
    expect(sim.rows[0]).toMatchObject({
      state: 'skipped',
      missed: 150,
      from: T0 + HOUR,
      slot: T0 + 150 * HOUR,
    });
    expect(sim.rows[1]).toMatchObject({ slot: T0 + 151 * HOUR });
  });

  it('covers every slot by exactly one row, for all downtimes, overlaps, catch-ups and handler speeds', () => {
    const modes: [CatchUp, Overlap][] = [
      ['once', 'skip'],
      ['once', 'queue'],
      ['once', 'allow'],
      ['skip', 'skip'],
      ['skip', 'queue'],
      ['skip', 'allow'],
      ['all', 'queue'],
    ];
    const steps = fc.array(
      fc.record({ ms: fc.integer({ min: 0, max: 400_000 }), settle: fc.integer({ min: 0, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...modes),
        fc.integer({ min: 1_000, max: 90_000 }),
        steps,
        ([catchUp, overlap], interval, plan) => {
          const sim = new Simulation(definition(every(interval), { catchUp, overlap }), T0);
          for (const { ms, settle } of plan) {
            sim.now += ms;
            sim.plan();
            sim.claim(3);
            const running = sim.running();
            if (overlap !== 'allow') expect(running.length).toBeLessThanOrEqual(1);
            for (const run of running.slice(0, settle)) sim.settle(run);
            // P4, stored next run: an active job has a next run or a live run, and the planner knows when to
            // look.
            expect(sim.job.nextRunAt !== undefined || sim.isLive()).toBe(true);
            expect(sim.job.wakeAt !== undefined || sim.isLive()).toBe(true);
          }
          const lastSlot = sim.job.lastSlotAt ?? T0;
          for (let slot = T0 + interval; slot <= lastSlot; slot += interval)
            expect(covering(sim.rows, slot)).toBe(1);
          for (const row of sim.rows)
            if (row.slot !== undefined) expect(row.slot).toBeLessThanOrEqual(lastSlot);
          if (catchUp !== 'all') expect(sim.job.nextRunAt).toBeGreaterThan(sim.now);
        },
      ),
      { numRuns: 300 },
    );
  });
});

// Promise P7, overlap. Lesson 10, overlapping runs.
describe('overlap', () => {
  it('skip has room for one live run; a slot without room is a skipped row', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    for (const n of [1, 2]) {
      sim.now = T0 + n * HOUR;
      sim.plan();
      sim.claim();
    }
    expect(sim.rows).toMatchObject([
      { state: 'running' },
      { state: 'skipped', reason: 'overlap', slot: T0 + 2 * HOUR },
    ]);
  });

  it('queue has room for one running and one waiting, which the settlement releases', () => {
    const sim = new Simulation(definition(every(HOUR), { overlap: 'queue' }), T0);
    for (const n of [1, 2, 3]) {
      sim.now = T0 + n * HOUR;
      sim.plan();
      sim.claim();
    }
    expect(sim.rows.map((row) => [row.state, row.held])).toEqual([
      ['running', 'no'],
      ['waiting', 'overlap'],
      ['skipped', 'no'],
    ]);
    const [first] = sim.running();
    if (first !== undefined) sim.settle(first);
    expect(sim.rows[1]).toMatchObject({ state: 'waiting', held: 'no' });
  });

  it('a run_at slot always waits for room', () => {
    const sim = new Simulation(definition({ kind: 'run_at', runAt: T0 + HOUR }), T0);
    sim.command({ kind: 'trigger' });
    const [manual] = sim.claim();
    sim.now = T0 + HOUR;
    sim.plan();
    expect(sim.rows[1]).toMatchObject({ state: 'waiting', held: 'overlap' });
    if (manual !== undefined) sim.settle(manual);
    const [slot] = sim.claim();
    expect(slot).toMatchObject({ slot: T0 + HOUR });
    expect(sim.job.status).toBe('active');
    if (slot !== undefined) sim.settle(slot);
    expect(sim.job.status).toBe('finished');
  });
});

// Promises P7, overlap; P15, run now.
describe('runs whose own time comes', () => {
  const planned = (more: Parameters<typeof definition>[1], times: readonly number[]) => {
    const sim = new Simulation(definition({ kind: 'on_demand' }, more), T0);
    for (const runAt of times) sim.command({ kind: 'trigger', runAt });
    return sim;
  };
  const held = (sim: Simulation) => sim.rows.map((row) => row.held);

  it('run one after the other, where an edit has since forbidden that two run at once', () => {
    const sim = planned({ overlap: 'allow' }, [T0 + MINUTE, T0 + MINUTE]);
    sim.command({ kind: 'edit', definition: definition({ kind: 'on_demand' }) });
    expect(held(sim)).toEqual(['run_at', 'run_at']);
    sim.now = T0 + MINUTE;
    sim.plan();
    expect(held(sim)).toEqual(['no', 'overlap']);
    for (const run of sim.claim()) sim.settle(run);
    expect(held(sim)).toEqual(['no', 'no']);
  });

  it('run together, where runs may overlap', () => {
    const sim = planned({ overlap: 'allow' }, [T0 + MINUTE, T0 + MINUTE]);
    sim.now = T0 + MINUTE;
    sim.plan();
    expect(held(sim)).toEqual(['no', 'no']);
  });

  it('take one place of two under queue: a slot of that instant takes the other', () => {
    const sim = new Simulation(definition(every(HOUR), { overlap: 'allow' }), T0);
    sim.command({ kind: 'trigger', runAt: T0 + HOUR });
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { overlap: 'queue' }) });
    sim.now = T0 + HOUR;
    sim.plan();
    expect(sim.rows).toMatchObject([
      { trigger: 'manual', held: 'no', state: 'waiting' },
      { trigger: 'schedule', held: 'overlap', state: 'waiting' },
    ]);
  });

  it('keep a job active that has no slot left', () => {
    const sim = new Simulation(definition({ kind: 'run_at', runAt: T0 + 1 }, { overlap: 'allow' }), T0);
    sim.command({ kind: 'trigger', runAt: T0 + MINUTE });
    sim.now = T0 + 1;
    sim.plan();
    for (const run of sim.claim()) sim.settle(run);
    sim.now = T0 + MINUTE;
    sim.plan();
    expect(sim.job.status).toBe('active');
    for (const run of sim.claim()) sim.settle(run);
    expect(sim.job.status).toBe('finished');
  });

  // Promise P14, pause.
  it('wait in a paused job of enqueued runs, and are let go with the others when it resumes', () => {
    const sim = planned({ id: 'enqueued.noop', overlap: 'allow' }, [T0 + MINUTE]);
    sim.command({ kind: 'pause', cancelLive: false });
    sim.now = T0 + MINUTE;
    sim.plan();
    expect(held(sim)).toEqual(['pause']);
    const late = planned({ id: 'enqueued.noop', overlap: 'allow' }, [T0 + MINUTE]);
    late.command({ kind: 'pause', cancelLive: false });
    late.now = T0 + MINUTE;
    late.command({ kind: 'resume' });
    expect(held(late)).toEqual(['no']);
  });
});

// Promise P29, limits and priority.
describe('room under max_running', () => {
  const limited = (maxRunning: number) => definition(every(MINUTE), { overlap: 'allow', maxRunning });

  it('that an edit gives at the time of a slot is for that slot, unless all of it is taken', () => {
    const atSecondSlot = (maxRunning: number) => {
      const sim = new Simulation(limited(1), T0);
      sim.now = T0 + MINUTE;
      sim.plan();
      sim.claim();
      sim.now = T0 + 2 * MINUTE;
      sim.command({ kind: 'edit', definition: { ...limited(maxRunning), name: 'Edited' } });
      return sim.rows.map((row) => row.held);
    };
    expect(atSecondSlot(2)).toEqual(['no', 'no']);
    expect(atSecondSlot(1)).toEqual(['no', 'overlap']);
  });

  it('is counted again at once where more runs may have come due than the planner has counted', () => {
    const { job } = new Simulation(limited(3), T0);
    const wakeAt = (dueOwnRuns: number) => planJob(job, { ...NO_LIVE_RUNS, dueOwnRuns }, T0 + 1).job.wakeAt;
    expect(wakeAt(2)).toBe(T0 + 1);
    expect(wakeAt(1)).toBe(T0 + MINUTE);
  });
});

// Promise P17, clock.
describe('clock', () => {
  it('a clock that jumps back reruns nothing', () => {
    const sim = new Simulation(definition(every(MINUTE)), T0);
    sim.now = T0 + 10 * MINUTE;
    sim.plan();
    const rows = sim.rows.length;
    sim.now = T0 + MINUTE;
    sim.plan();
    expect(sim.rows).toHaveLength(rows);
    expect(sim.job.nextRunAt).toBe(T0 + 11 * MINUTE);
  });

  it('a clock that jumps forward is downtime', () => {
    const sim = new Simulation(definition(every(MINUTE)), T0);
    sim.now = T0 + 600 * MINUTE;
    sim.plan();
    expect(sim.rows).toMatchObject([{ missed: 600 }]);
  });

  it('a resume bases a job on now again after the clock jumped back', () => {
    const sim = new Simulation(definition(every(MINUTE)), T0);
    sim.now = T0 + 600 * MINUTE;
    sim.plan();
    for (const run of sim.claim()) sim.settle(run);
    sim.now = T0 + 5 * MINUTE + 1_000;
    sim.command({ kind: 'pause', cancelLive: false });
    sim.command({ kind: 'resume' });
    expect(sim.job.nextRunAt).toBe(T0 + 6 * MINUTE);
  });
});

// Promises P6, catch-up; P17, clock.
describe('a job that was rebased on a clock that is behind', () => {
  /** Ten slots have rows. Then the clock moves back to the first slot, and a person resumes the job. */
  const behind = (more: Parameters<typeof definition>[1] = {}) => {
    const sim = new Simulation(definition(every(MINUTE), { overlap: 'allow', ...more }), T0);
    for (let n = 1; n <= 10; n += 1) {
      sim.now = T0 + n * MINUTE;
      sim.plan();
    }
    sim.now = T0 + MINUTE;
    sim.command({ kind: 'pause', cancelLive: false });
    sim.command({ kind: 'resume' });
    sim.rows.length = 0;
    return sim;
  };

  it('runs by the present clock, and is not late', () => {
    const sim = behind();
    expect(sim.job.nextRunAt).toBe(T0 + 2 * MINUTE);
    expect(healthOf(sim.job, { handlerVersion: 1 }, sim.now).status).toBe('ok');
    sim.now = T0 + 2 * MINUTE;
    sim.plan();
    expect(sim.rows).toMatchObject([{ slot: T0 + 2 * MINUTE, missed: 0 }]);
  });

  it.each(['once', 'skip'] as const)(
    'covers only slots without rows once the clock is right again (%s)',
    (catchUp) => {
      const sim = behind({ catchUp });
      sim.now = T0 + 30 * MINUTE + 45_000;
      sim.plan();
      expect(sim.rows).toMatchObject([{ slot: T0 + 30 * MINUTE, from: T0 + 11 * MINUTE, missed: 20 }]);
    },
  );

  it('continues after the last slot that has a row', () => {
    const sim = behind();
    sim.now = T0 + 10 * MINUTE;
    sim.plan();
    expect(sim.job.nextRunAt).toBe(T0 + 11 * MINUTE);
    expect(sim.rows).toEqual([]);
  });

  it('after a downtime runs once where it catches up, in a row that covers nothing else', () => {
    const sim = behind();
    sim.now = T0 + 8 * MINUTE + 45_000;
    sim.plan();
    expect(sim.rows).toMatchObject([{ slot: T0 + 8 * MINUTE, missed: 0, from: undefined }]);
    const skips = behind({ catchUp: 'skip' });
    skips.now = T0 + 8 * MINUTE + 45_000;
    skips.plan();
    expect(skips.rows).toEqual([]);
    expect(skips.job.nextRunAt).toBe(T0 + 9 * MINUTE);
  });

  it('so is one whose schedule was edited', () => {
    const sim = behind();
    sim.command({ kind: 'edit', definition: definition(every(2 * MINUTE), { overlap: 'allow' }) });
    sim.now = T0 + 30 * MINUTE + 90_000;
    sim.plan();
    for (const { from } of sim.rows) expect(from ?? sim.now).toBeGreaterThan(T0 + 10 * MINUTE);
  });
});

// Promise P3, grid.
describe('a slot that comes soon', () => {
  const SOON = T0 + HOUR - 200;
  const ahead = (change: (sim: Simulation) => void, more: Parameters<typeof definition>[1] = {}) => {
    const sim = new Simulation(definition(every(HOUR), more), T0);
    change(sim);
    return slotAhead(sim.job, sim.live(), SOON, 200);
  };
  const nothing = () => undefined;

  it('can be taken ahead when nothing of the job lives', () => {
    expect(ahead(nothing)).toBe(T0 + HOUR);
    expect(slotAhead(new Simulation(definition(every(HOUR)), T0).job, NO_LIVE_RUNS, SOON - 1, 200)).toBe(
      undefined,
    );
    expect(slotAhead(new Simulation(definition(every(HOUR)), T0).job, NO_LIVE_RUNS, T0 + HOUR, 200)).toBe(
      undefined,
    );
  });

  it('can not be when a run lives, or waits for its own time', () => {
    expect(ahead((sim) => sim.command({ kind: 'trigger' }), { overlap: 'allow' })).toBe(undefined);
    expect(ahead((sim) => sim.command({ kind: 'trigger', runAt: SOON + 100 }), { overlap: 'allow' })).toBe(
      undefined,
    );
    expect(ahead((sim) => sim.command({ kind: 'trigger', runAt: SOON + HOUR }), { overlap: 'allow' })).toBe(
      T0 + HOUR,
    );
    expect(ahead((sim) => sim.command({ kind: 'trigger', runAt: T0 + HOUR }), { overlap: 'allow' })).toBe(
      undefined,
    );
    const both = (sim: Simulation) => {
      sim.command({ kind: 'trigger' });
      sim.command({ kind: 'trigger', runAt: SOON });
      sim.now = SOON;
    };
    expect(ahead(both, { overlap: 'allow' })).toBe(undefined);
  });

  // Promise P14, pause.
  it('can not be when the job is paused until then', () => {
    const { job } = new Simulation(definition(every(HOUR)), T0);
    const paused = { ...job, status: 'paused', pause: { at: T0, until: T0 + HOUR } } as const;
    expect(slotAhead(paused, NO_LIVE_RUNS, SOON, 200)).toBe(undefined);
  });

  // Promise P34, spread.
  it('S3: can be taken ahead of its assigned time, unless it has a row from before a jump of the clock', () => {
    const { job } = new Simulation(definition(every(HOUR, { spreadMs: HOUR })), T0);
    const due = job.nextRunAt ?? 0;
    expect(due).toBeGreaterThan(T0 + HOUR);
    expect(slotAhead(job, NO_LIVE_RUNS, due - 200, 200)).toBe(due);
    expect(slotAhead({ ...job, lastSlotAt: T0 + HOUR }, NO_LIVE_RUNS, due - 200, 200)).toBe(undefined);
  });
});
