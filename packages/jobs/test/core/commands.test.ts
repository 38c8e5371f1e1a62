import { describe, expect, it } from 'vitest';
import { createJob } from '../../src/core/commands/commands.ts';
import { isFreeTrigger } from '../../src/core/model/job-command.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import { definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const pause = (extra: object = {}) => ({ kind: 'pause', cancelLive: false, ...extra }) as const;

// Promise P2, schedule.
describe('creation', () => {
  it('refuses a run_at more than 60 s past, and takes one just past', () => {
    const at = (runAt: number) => createJob(definition({ kind: 'run_at', runAt }), { uid: '1', now: T0 });
    expect(at(T0 - 60_001)).toMatchObject({ ok: false, code: 'run_at_past', pointer: '/runAt' });
    expect(at(T0 - 60_000)).toMatchObject({ ok: true, decision: { job: { nextRunAt: T0 - 60_000 } } });
  });

  it('an on_demand job has no next run and never finishes', () => {
    const sim = new Simulation(definition({ kind: 'on_demand' }), T0);
    expect(sim.job).toMatchObject({ status: 'active' });
    sim.command({ kind: 'trigger' });
    for (const run of sim.claim()) sim.settle(run);
    expect(sim.job.status).toBe('active');
  });
});

// Promises P7, overlap; P15, run now.
describe('a free trigger', () => {
  const trigger = { kind: 'trigger' } as const;
  const allow = { overlap: 'allow' } as const;

  it('is one of a job whose runs may overlap, and whose next run does not hang on them', () => {
    for (const schedule of [every(HOUR), { kind: 'on_demand' } as const])
      expect(isFreeTrigger(definition(schedule, allow), trigger)).toBe(true);
    expect(isFreeTrigger(definition(every(HOUR, { mode: 'fixed_delay' }), allow), trigger)).toBe(false);
    expect(isFreeTrigger(definition({ kind: 'run_at', runAt: T0 }, allow), trigger)).toBe(false);
  });

  it('needs no room, and no time of its own', () => {
    expect(isFreeTrigger(definition(every(HOUR), { overlap: 'skip' }), trigger)).toBe(false);
    expect(isFreeTrigger(definition(every(HOUR), { overlap: 'queue' }), trigger)).toBe(false);
    expect(isFreeTrigger(definition(every(HOUR), allow), { ...trigger, runAt: T0 })).toBe(false);
  });

  it('leaves the job as it is, but for its run', () => {
    const sim = new Simulation(definition(every(HOUR), allow), T0);
    const before = sim.job;
    sim.command(trigger);
    expect(sim.job).toEqual(before);
  });
});

// Promise P14, pause. Lesson 8, resume.
describe('pause', () => {
  it('removes the next run; resume sets it to the next future slot', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.command(pause({ reason: 'migration' }));
    expect(sim.job).toMatchObject({ status: 'paused', pause: { reason: 'migration' } });
    expect(sim.job.nextRunAt).toBeUndefined();
    sim.now = T0 + 5 * HOUR + MINUTE;
    sim.plan();
    expect(sim.rows).toHaveLength(0);
    sim.command({ kind: 'resume' });
    expect(sim.job).toMatchObject({ status: 'active', nextRunAt: T0 + 6 * HOUR });
    expect(sim.rows).toHaveLength(0);
  });

  it('until is a resume at that instant, and later slots that nothing ran are missed ones', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.command(pause({ until: T0 + 2 * HOUR + MINUTE }));
    expect(sim.job.wakeAt).toBe(T0 + 2 * HOUR + MINUTE);
    sim.now = T0 + 5 * HOUR + 30 * MINUTE;
    sim.plan();
    expect(sim.rows).toMatchObject([{ slot: T0 + 5 * HOUR, from: T0 + 3 * HOUR, missed: 3 }]);
  });

  it('so is a resume by hand that comes after until, ahead of the planner', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.command(pause({ until: T0 + 2 * HOUR + MINUTE }));
    sim.now = T0 + 5 * HOUR + 30 * MINUTE;
    sim.command({ kind: 'resume' });
    expect(sim.job).toMatchObject({ status: 'active', nextRunAt: T0 + 6 * HOUR });
    expect(sim.rows).toMatchObject([{ slot: T0 + 5 * HOUR, from: T0 + 3 * HOUR, missed: 3 }]);
  });

  it('refuses an until in the past', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    expect(sim.command(pause({ until: T0 }))).toMatchObject({ ok: false, code: 'until_past' });
  });

  it('moves no runs of a job that has none', () => {
    const sim = new Simulation(definition({ kind: 'on_demand' }), T0);
    expect(sim.command(pause())).toMatchObject({ decision: { moves: [] } });
    sim.command({ kind: 'resume' });
    sim.command({ kind: 'trigger' });
    expect(sim.command(pause())).toMatchObject({ decision: { moves: [{ to: 'pause' }] } });
  });

  it('holds queued runs until the resume; a run triggered by hand during the pause starts', () => {
    const sim = new Simulation(definition(every(HOUR), { overlap: 'queue' }), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    sim.command(pause());
    expect(sim.claim()).toHaveLength(0);
    expect(sim.command({ kind: 'trigger' })).toMatchObject({ ok: true });
    const [manual] = sim.claim();
    expect(manual).toMatchObject({ trigger: 'manual' });
    if (manual !== undefined) sim.settle(manual);
    expect(sim.claim()).toHaveLength(0);
    sim.command({ kind: 'resume' });
    expect(sim.claim()).toMatchObject([{ trigger: 'schedule' }]);
  });

  it('of the job of enqueued runs holds each run until the resume, also one triggered by hand', () => {
    const made = definition({ kind: 'on_demand' }, { id: 'enqueued.noop', overlap: 'allow' });
    const sim = new Simulation(made, T0);
    sim.command(pause());
    sim.now = T0 + MINUTE;
    sim.command({ kind: 'trigger' });
    sim.command({ kind: 'trigger', runAt: T0 + HOUR });
    sim.now = T0 + HOUR;
    sim.plan();
    expect(sim.rows.map(({ held }) => held)).toEqual(['pause', 'pause']);
    sim.command({ kind: 'resume' });
    expect(sim.claim()).toHaveLength(2);
  });

  it('a run_at that passed in the pause is handled by catch_up on resume', () => {
    for (const [catchUp, state] of [
      ['once', 'waiting'],
      ['skip', 'skipped'],
    ] as const) {
      const sim = new Simulation(definition({ kind: 'run_at', runAt: T0 + HOUR }, { catchUp }), T0);
      sim.command(pause());
      sim.now = T0 + 5 * HOUR;
      sim.command({ kind: 'resume' });
      expect(sim.rows).toMatchObject([{ state }]);
    }
  });

  it('a paused job can be edited, and its next run comes with the resume', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.command(pause());
    sim.now = T0 + 10 * MINUTE;
    sim.command({ kind: 'edit', definition: definition(every(30 * MINUTE)) });
    expect(sim.job.status).toBe('paused');
    expect(sim.job.nextRunAt).toBeUndefined();
    sim.command({ kind: 'resume' });
    expect(sim.job.nextRunAt).toBe(T0 + 30 * MINUTE);
  });

  it('fixed_delay resumes at its last end + interval, or now + interval if that is past', () => {
    const sim = new Simulation(definition(every(HOUR, { mode: 'fixed_delay' })), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    for (const run of sim.claim()) sim.settle(run);
    sim.command(pause());
    sim.now += 10 * MINUTE;
    sim.command({ kind: 'resume' });
    expect(sim.job.nextRunAt).toBe(T0 + 2 * HOUR);
    sim.command(pause());
    sim.now += 10 * HOUR;
    sim.command({ kind: 'resume' });
    expect(sim.job.nextRunAt).toBe(sim.now + HOUR);
  });
});

// Promises P4, stored next run; P15, run now.
describe('run now', () => {
  it('does not move the grid', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + 10 * MINUTE;
    sim.command({ kind: 'trigger' });
    expect(sim.job.nextRunAt).toBe(T0 + HOUR);
  });

  it('of a slot again is refused without room, and names the backfill', () => {
    const slots = { scheduledFor: T0, catchUp: false, missed: 0 };
    const detail = expect.stringMatching(/To run all missing slots, one after the other, use a backfill\.$/);
    const again = (schedule: Schedule) => {
      const sim = new Simulation(definition(schedule), T0);
      sim.command({ kind: 'trigger' });
      return sim.command({ kind: 'trigger', retryOf: '1', slots });
    };
    expect(again(every(HOUR))).toMatchObject({ ok: false, code: 'overlap', detail });
    expect(again({ kind: 'on_demand' })).not.toMatchObject({ detail });
  });

  it('is refused without room, and says what to do', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    const refused = (overlap: string, roomier: string) => ({
      ok: false,
      code: 'overlap',
      detail: `The job has live runs, and "overlap": "${overlap}" allows no further run. Wait until they have ended, cancel one, or change overlap to ${roomier}.`,
    });
    sim.command({ kind: 'trigger' });
    expect(sim.command({ kind: 'trigger' })).toMatchObject(refused('skip', '"queue" or "allow"'));
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { overlap: 'queue' }) });
    sim.command({ kind: 'trigger' });
    expect(sim.command({ kind: 'trigger' })).toMatchObject(refused('queue', '"allow"'));
    // Two live runs would fill a queue, too.
    sim.command({ kind: 'edit', definition: definition(every(HOUR), { overlap: 'skip' }) });
    expect(sim.command({ kind: 'trigger' })).toMatchObject(refused('skip', '"allow"'));
  });

  it('says when the run of a slot takes the room shortly before it is due', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    sim.now = T0 + HOUR - 200;
    expect(sim.command({ kind: 'trigger' })).toMatchObject({
      code: 'overlap',
      detail: expect.stringContaining('The job has live runs (one of them starts in 200 ms), and'),
    });
  });

  it('a job with a due run that was put off is planned now, and is not finished', () => {
    const sim = new Simulation(definition({ kind: 'run_at', runAt: T0 + 1 }, { overlap: 'allow' }), T0);
    sim.command({ kind: 'trigger', runAt: T0 + HOUR });
    sim.now = T0 + 1;
    sim.plan();
    const [run] = sim.claim();
    sim.now = T0 + HOUR;
    if (run !== undefined) sim.settle(run);
    expect(sim.job).toMatchObject({ status: 'active', wakeAt: T0 + HOUR });
  });

  it('takes a run_at under allow only, and such a run is not live until then', () => {
    const runAt = T0 + HOUR;
    const skip = new Simulation(definition({ kind: 'on_demand' }), T0);
    expect(skip.command({ kind: 'trigger', runAt })).toMatchObject({ ok: false, pointer: '/runAt' });
    const sim = new Simulation(definition({ kind: 'on_demand' }, { overlap: 'allow' }), T0);
    sim.command({ kind: 'trigger', runAt });
    expect(sim.isLive()).toBe(false);
    expect(sim.job.wakeAt).toBe(runAt);
    expect(sim.claim()).toHaveLength(0);
    sim.now = runAt;
    sim.plan();
    expect(sim.claim()).toHaveLength(1);
  });

  it('a put-off run meets the room of an edited job, too', () => {
    const sim = new Simulation(definition({ kind: 'on_demand' }, { overlap: 'allow' }), T0);
    sim.command({ kind: 'trigger', runAt: T0 + HOUR });
    sim.command({ kind: 'edit', definition: definition({ kind: 'on_demand' }) });
    sim.command({ kind: 'trigger' });
    const [running] = sim.claim();
    sim.now = T0 + HOUR;
    sim.plan();
    expect(sim.claim()).toHaveLength(0);
    if (running !== undefined) sim.settle(running);
    expect(sim.claim()).toHaveLength(1);
  });
});

// Promise P16, edit. Lessons 2, deploys of several nodes; 9, edits of a schedule.
describe('edit', () => {
  const edit = (sim: Simulation, ...args: Parameters<typeof definition>) =>
    sim.command({ kind: 'edit', definition: definition(...args) });

  it('an edit equal in value changes nothing and keeps the version', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now += MINUTE;
    const same = { ...every(HOUR), interval: '60m' };
    expect(edit(sim, same)).toMatchObject({ ok: true, changed: false });
    expect(sim.job.version).toBe(1);
  });

  it('edits of other fields never move the next run', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now += 59 * MINUTE;
    edit(sim, every(HOUR), { name: 'Other', payload: '{"a":1}' });
    expect(sim.job).toMatchObject({ version: 2, nextRunAt: T0 + HOUR });
  });

  it('a new interval counts from the last slot (or creation) if that is still to come', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + 10 * MINUTE;
    edit(sim, every(30 * MINUTE));
    expect(sim.job.nextRunAt).toBe(T0 + 30 * MINUTE);
  });

  it('else from now, and that is the new anchor', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + 50 * MINUTE;
    edit(sim, every(20 * MINUTE));
    expect(sim.job.nextRunAt).toBe(T0 + 70 * MINUTE);
    sim.now = T0 + 70 * MINUTE;
    sim.plan();
    expect(sim.job.nextRunAt).toBe(T0 + 90 * MINUTE);
  });

  it('first takes the due slots of the old definition', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + HOUR + 5_000;
    edit(sim, every(2 * HOUR));
    expect(sim.rows).toMatchObject([{ slot: T0 + HOUR, state: 'waiting' }]);
    expect(sim.job.nextRunAt).toBe(T0 + 3 * HOUR);
  });

  it('refuses another type and a run_at that is past', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    expect(edit(sim, every(HOUR), { type: 'other' })).toMatchObject({ ok: false, pointer: '/type' });
    expect(edit(sim, { kind: 'run_at', runAt: T0 - HOUR })).toMatchObject({ ok: false, pointer: '/runAt' });
  });

  it('an edit into fixed_delay has no next run while a run is live', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    const [run] = sim.claim();
    edit(sim, every(HOUR, { mode: 'fixed_delay' }));
    expect(sim.job.nextRunAt).toBeUndefined();
    sim.now += MINUTE;
    if (run !== undefined) sim.settle(run);
    expect(sim.job.nextRunAt).toBe(sim.now + HOUR);
  });

  it('an edit that shrinks the room stops no running run, and holds the waiting ones', () => {
    const sim = new Simulation(definition({ kind: 'on_demand' }, { overlap: 'allow' }), T0);
    for (let n = 0; n < 5; n++) sim.command({ kind: 'trigger' });
    sim.claim(2);
    edit(sim, { kind: 'on_demand' }, { overlap: 'skip' });
    expect(sim.running()).toHaveLength(2);
    expect(sim.claim()).toHaveLength(0);
    for (const run of sim.running()) sim.settle(run);
    expect(sim.claim()).toHaveLength(1);
  });

  it('an edit that widens the room lets the waiting run go', () => {
    const sim = new Simulation(definition({ kind: 'on_demand' }, { overlap: 'queue' }), T0);
    sim.command({ kind: 'trigger' });
    sim.claim();
    sim.command({ kind: 'trigger' });
    expect(sim.claim()).toHaveLength(0);
    edit(sim, { kind: 'on_demand' }, { overlap: 'allow' });
    expect(sim.claim()).toHaveLength(1);
  });

  it('gives a finished job a schedule again', () => {
    const sim = new Simulation(definition({ kind: 'run_at', runAt: T0 + HOUR }), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    for (const run of sim.claim()) sim.settle(run);
    expect(sim.job.status).toBe('finished');
    edit(sim, every(HOUR));
    expect(sim.job).toMatchObject({ status: 'active', nextRunAt: T0 + 2 * HOUR });
  });
});

// Promise P13, delete.
describe('delete', () => {
  it('leaves nothing to plan and cancels live runs', () => {
    const sim = new Simulation(definition(every(HOUR)), T0);
    sim.now = T0 + HOUR;
    sim.plan();
    const outcome = sim.command({ kind: 'delete' });
    expect(outcome).toMatchObject({ ok: true, decision: { cancelLive: 'deleted' } });
    expect(sim.rows).toMatchObject([{ state: 'cancelled' }]);
    expect(sim.job.wakeAt).toBeUndefined();
  });
});
