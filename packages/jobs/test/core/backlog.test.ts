import { describe, expect, it } from 'vitest';
import { covering, definition, every, type Row, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const all = { catchUp: 'all', overlap: 'queue' } as const;
const pause = { kind: 'pause', cancelLive: false } as const;

/** A job that missed the slots of this many hours while no engine ran. */
function down(hours: number): Simulation {
  const sim = new Simulation(definition(every(HOUR), all), T0);
  sim.now = T0 + hours * HOUR + 30 * MINUTE;
  sim.plan();
  return sim;
}

/** Runs due runs one by one until none is left; returns the hours of their slots in that order. */
function runAll(sim: Simulation): (number | undefined)[] {
  const order: Row[] = [];
  for (let guard = 0; guard < 500; guard++) {
    const claimed = sim.claim();
    expect(claimed.length).toBeLessThanOrEqual(1);
    for (const run of claimed) {
      order.push(run);
      sim.settle(run);
    }
    sim.plan();
    if (claimed.length === 0) break;
  }
  return order.map(({ slot }) => (slot === undefined ? undefined : (slot - T0) / HOUR));
}

const hours = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

// Promises P6, catch-up; P13, delete; P14, pause; P16, edit.
describe('the passed slots that wait under `all`', () => {
  it('are held by a pause, and each runs after the resume, oldest first', () => {
    const sim = down(6);
    sim.command(pause);
    expect(sim.claim()).toEqual([]);
    sim.now = T0 + 8 * HOUR + 30 * MINUTE;
    sim.plan();
    sim.command({ kind: 'resume' });
    expect(runAll(sim)).toEqual(hours(1, 6));
    expect(sim.job.nextRunAt).toBe(T0 + 9 * HOUR);
  });

  it('keep their bound of 100 through a pause', () => {
    const sim = down(250);
    sim.command(pause);
    for (const hour of hours(1, 250)) expect(covering(sim.rows, T0 + hour * HOUR)).toBe(1);
    sim.command({ kind: 'resume' });
    expect(runAll(sim)).toEqual(hours(151, 250));
  });

  it('run even when an edit ends `all`', () => {
    const sim = down(6);
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { ...all, catchUp: 'once' }) });
    expect(runAll(sim)).toEqual(hours(1, 6));
  });

  it('run even when an edit changes the schedule', () => {
    const sim = down(6);
    sim.command({ kind: 'edit', definition: definition(every(24 * HOUR), all) });
    expect(runAll(sim)).toEqual(hours(1, 6));
  });

  it('run even when an edit removes the schedule', () => {
    const sim = down(6);
    sim.command({ kind: 'edit', definition: definition({ kind: 'on_demand' }, { overlap: 'queue' }) });
    expect(runAll(sim)).toEqual(hours(1, 6));
  });

  it('are each covered by exactly one row when an edit changes catch_up alone', () => {
    const sim = down(6);
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { overlap: 'queue' }) });
    for (const hour of hours(1, 6)) expect(covering(sim.rows, T0 + hour * HOUR)).toBe(1);
  });

  it('are removed with the job', () => {
    const sim = down(6);
    sim.command({ kind: 'delete' });
    expect(sim.claim()).toEqual([]);
    expect(sim.job.wakeAt).toBeUndefined();
  });
});

// Promise P7, overlap.
describe('an edit of the overlap that meets a due slot', () => {
  const allow = (hour: number) => {
    const sim = new Simulation(definition(every(HOUR), { overlap: 'allow' }), T0);
    for (let n = 1; n < hour; n++) {
      sim.now = T0 + n * HOUR;
      sim.plan();
      sim.claim();
    }
    sim.now = T0 + hour * HOUR;
    return sim;
  };

  it.each(['skip', 'queue'] as const)('to %s holds that slot while another runs', (overlap) => {
    const sim = allow(2);
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { overlap }) });
    expect(sim.claim()).toEqual([]);
    const [first] = sim.running();
    if (first !== undefined) sim.settle(first);
    expect(sim.claim()).toMatchObject([{ slot: T0 + 2 * HOUR }]);
  });

  it('to skip lets that slot run when nothing else does', () => {
    const sim = allow(1);
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { overlap: 'skip' }) });
    expect(sim.claim()).toMatchObject([{ slot: T0 + HOUR }]);
  });

  it('to allow lets it go at once', () => {
    const sim = new Simulation(definition(every(HOUR), { overlap: 'queue' }), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    sim.claim();
    sim.now = T0 + 2 * HOUR;
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { overlap: 'allow' }) });
    expect(sim.claim()).toMatchObject([{ slot: T0 + 2 * HOUR }]);
  });
});

// Promises P5, one run per slot; P17, clock.
it('after the clock jumped back, a fixed delay takes no slot twice and no earlier slot', () => {
  const sim = new Simulation(definition(every(20_000, { mode: 'fixed_delay' })), T0);
  const slots: (number | undefined)[] = [];
  for (let n = 0; n < 5; n += 1) {
    sim.now = sim.job.nextRunAt ?? sim.now;
    sim.plan();
    const [run] = sim.claim(1);
    if (run === undefined) throw new Error('a run must be claimed');
    slots.push(run.slot);
    if (n === 1) sim.now -= 40_000;
    sim.settle(run);
  }
  expect(slots).toEqual([20_000, 40_000, 40_001, 60_001, 80_001].map((ms) => T0 + ms));
});

// Promise P17, clock.
describe('a clock that jumped back to before the creation of a job', () => {
  const DAY = 24 * HOUR;
  const jumped = (schedule: Parameters<typeof definition>[0], ran: boolean) => {
    const sim = new Simulation(definition(schedule), T0);
    if (ran) {
      sim.now = T0 + HOUR;
      sim.plan();
      for (const run of sim.claim()) sim.settle(run);
    }
    sim.now = T0 - 10 * DAY;
    return sim;
  };
  const schedules = [
    ['an interval', every(HOUR)],
    ['a fixed delay', every(HOUR, { mode: 'fixed_delay' })],
    ['cron', { kind: 'cron', cron: '0 * * * *', timezone: 'UTC' }],
  ] as const;

  for (const ran of [true, false])
    it.each(schedules)(
      `a resume bases %s on now again (${ran ? 'it has run' : 'it never ran'})`,
      (_, schedule) => {
        const sim = jumped(schedule, ran);
        sim.command(pause);
        sim.command({ kind: 'resume' });
        expect(sim.job.nextRunAt).toBeGreaterThan(sim.now);
        expect(sim.job.nextRunAt).toBeLessThanOrEqual(sim.now + HOUR);
      },
    );

  for (const ran of [true, false])
    it.each(schedules)(
      `an edit bases %s on now again (${ran ? 'it has run' : 'it never ran'})`,
      (_, schedule) => {
        const sim = jumped(schedule.kind === 'cron' ? every(HOUR) : schedule, ran);
        const edited =
          schedule.kind === 'cron' ? schedule : { ...schedule, interval: '30m', everyMs: 30 * MINUTE };
        sim.command({ kind: 'edit', definition: definition(edited) });
        expect(sim.job.nextRunAt).toBeGreaterThan(sim.now);
        expect(sim.job.nextRunAt).toBeLessThanOrEqual(sim.now + HOUR);
      },
    );
});

// Promise P3, grid.
describe('start_at bounds a fixed delay', () => {
  const start = T0 + 10 * HOUR;
  const delayed = () => new Simulation(definition(every(HOUR, { mode: 'fixed_delay', startAt: start })), T0);

  it('from the start', () => expect(delayed().job.nextRunAt).toBe(start));

  it('after a run by hand', () => {
    const sim = delayed();
    sim.command({ kind: 'trigger' });
    for (const run of sim.claim()) sim.settle(run);
    expect(sim.job.nextRunAt).toBe(start);
  });

  it('after a pause', () => {
    const sim = delayed();
    sim.command({ kind: 'trigger' });
    for (const run of sim.claim()) sim.settle(run);
    sim.command(pause);
    sim.command({ kind: 'resume' });
    expect(sim.job.nextRunAt).toBe(start);
  });
});

// Promises P5, one run per slot; P16, edit.
describe('the next slot is always later than the last one taken', () => {
  it('a run_at at or before it is refused', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    sim.now += 30_000;
    const at = (runAt: number) =>
      sim.command({ kind: 'edit', definition: definition({ kind: 'run_at', runAt }) });
    expect(at(T0 + HOUR)).toMatchObject({ ok: false, code: 'run_at_past', pointer: '/runAt' });
    expect(at(T0 + HOUR + 1)).toMatchObject({ ok: true });
  });

  it('a run_at at or before a slot that waits under `all` is refused', () => {
    const sim = new Simulation(definition(every(10_000), all), T0);
    sim.now = T0 + 55_000;
    sim.plan();
    const at = (runAt: number) =>
      sim.command({ kind: 'edit', definition: definition({ kind: 'run_at', runAt }, all) });
    expect(sim.job).toMatchObject({ nextRunAt: T0 + 30_000 });
    expect(at(T0 + 40_000)).toMatchObject({ ok: false, code: 'run_at_past', pointer: '/runAt' });
    expect(at(T0 + 50_001)).toMatchObject({ ok: true });
    expect(sim.job).toMatchObject({ lastSlotAt: T0 + 50_000, nextRunAt: T0 + 50_001 });
  });
});
