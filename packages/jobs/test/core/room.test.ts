import { describe, expect, it } from 'vitest';
import { type JobDefinition, type LiveRuns, NO_LIVE_RUNS } from '../../src/core/model/job.ts';
import type { Held } from '../../src/core/model/run.ts';
import { type Draft, draftOf, type NewRun } from '../../src/core/rules/decision.ts';
import { heldForRoom, moveAll, releaseWaiting, shrinkRoom } from '../../src/core/rules/room.ts';
import { definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const draftWith = (options: Partial<JobDefinition>, live: Partial<LiveRuns>, queue: NewRun[] = []): Draft => {
  const { job } = new Simulation(definition(every(HOUR), options), T0);
  return { ...draftOf(job, { ...NO_LIVE_RUNS, ...live }), queue };
};
const newRun = (held: Held, availableAt = T0): NewRun => ({
  trigger: 'manual',
  catchUp: false,
  missed: 0,
  held,
  availableAt,
});

// Promise P29, limits and priority.
describe('room under max_running', () => {
  const limited = (maxRunning: number) => ({ overlap: 'allow', maxRunning }) as const;
  const released = (maxRunning: number, live: Partial<LiveRuns>, change: Partial<Draft> = {}) => {
    const draft = { ...draftWith(limited(maxRunning), live), ...change };
    releaseWaiting(draft, T0);
    const { active, waiting, dueWaiting } = draft.live;
    return { moves: draft.moves, active, waiting, dueWaiting, mustCount: draft.mustCount === true };
  };
  const move = (limit: number) => ({ from: ['overlap'], to: 'no', limit, dueBy: T0 });

  it('goes to as many due runs as fit; the others wait, and so do those that wait for a retry', () => {
    const retry = { nextWaitingAt: T0 + 5 };
    expect(released(3, { active: 1, waiting: 3, dueWaiting: 2, ...retry })).toEqual({
      moves: [move(2)],
      active: 3,
      waiting: 1,
      dueWaiting: 0,
      mustCount: false,
    });
    expect(released(2, { active: 1, waiting: 4, dueWaiting: 3, ...retry })).toMatchObject({
      moves: [move(1)],
      active: 2,
      waiting: 3,
      dueWaiting: 2,
    });
    expect(released(5, { active: 1, waiting: 2, dueWaiting: 2 })).toMatchObject({ active: 3, waiting: 0 });
  });

  it('is not asked for where no due run waits, or no room is', () => {
    const none = released(3, { active: 1, waiting: 1, dueWaiting: 0, nextWaitingAt: T0 + 5 });
    expect(none).toMatchObject({ moves: [], active: 1, waiting: 1 });
    expect(released(1, { active: 1, waiting: 2, dueWaiting: 2 })).toMatchObject({
      moves: [],
      active: 1,
      waiting: 2,
      dueWaiting: 2,
    });
  });

  it('keeps a run waiting that the count up to 2 does not show', () => {
    const counted = { active: 1, waiting: 2, dueWaiting: 2, nextWaitingAt: T0 + 5 };
    expect(released(3, counted)).toMatchObject({ active: 3, waiting: 1 });
  });

  it('is taken as full until the next count where more may be due than were counted', () => {
    const one = { active: 0, waiting: 3, dueWaiting: 1 };
    const full = { moves: [move(3)], active: 3, waiting: 1, mustCount: true };
    expect(released(3, one, { mustCount: true })).toMatchObject(full);
    expect(released(3, one, { dueIfAfter: T0 })).toMatchObject(full);
    expect(released(3, one)).toMatchObject({ moves: [move(3)], active: 1, mustCount: false });
  });

  it('goes to runs of this decision that are held for it and due, while room is left', () => {
    const queue = [
      newRun('run_at'),
      newRun('overlap', T0 + 1),
      ...Array.from({ length: 3 }, () => newRun('overlap')),
    ];
    const draft = draftWith(limited(3), { active: 1, waiting: 4, dueWaiting: 0 }, queue);
    releaseWaiting(draft, T0);
    expect(queue.map(({ held }) => held)).toEqual(['run_at', 'overlap', 'no', 'no', 'overlap']);
    expect(queue[2]).toMatchObject({ trigger: 'manual', availableAt: T0 });
    expect(draft.live).toMatchObject({ active: 3, waiting: 2 });
  });

  it('that an edit takes away holds all unclaimed runs, and the planner counts them', () => {
    const shrunk = (live: Partial<LiveRuns>) => {
      const draft = draftWith(limited(1), live);
      shrinkRoom(draft, T0);
      const { active, waiting, dueWaiting } = draft.live;
      return { active, waiting, dueWaiting, mustCount: draft.mustCount === true, moves: draft.moves };
    };
    const hold = { from: ['no'], to: 'overlap' };
    const held = shrunk({ active: 3, claimed: 1, waiting: 1, dueWaiting: 1 });
    expect(held).toEqual({ active: 1, waiting: 3, dueWaiting: 3, mustCount: true, moves: [hold] });
    expect(shrunk({ active: 3, claimed: 1 })).toMatchObject({ waiting: 2, dueWaiting: 2 });
    const none = shrunk({ active: 1, claimed: 1, waiting: 1, dueWaiting: 1 });
    expect(none).toMatchObject({ active: 1, waiting: 1, mustCount: false });
  });

  it('is not taken by a run that is due later', () => {
    const held = (maxRunning: number | undefined, availableAt: number) => {
      const options = maxRunning === undefined ? ({ overlap: 'allow' } as const) : limited(maxRunning);
      return heldForRoom(draftWith(options, {}), availableAt, T0);
    };
    expect(held(1, T0)).toBe('no');
    expect(held(1, T0 + 1)).toBe('overlap');
    expect(held(undefined, T0 + 1)).toBe('no');
  });
});

// Promise P7, overlap.
describe('the room of one run', () => {
  it('goes to a stored run first, whatever else this decision makes', () => {
    const draft = draftWith({ overlap: 'queue' }, { waiting: 1 }, [newRun('run_at')]);
    releaseWaiting(draft, T0);
    expect(draft.moves).toEqual([{ from: ['overlap'], to: 'no', limit: 1 }]);
    expect(draft.live).toMatchObject({ active: 1, waiting: 0 });
  });

  it('goes to the first run of this decision that is held for it, if no stored one waits', () => {
    const queue = [newRun('run_at'), newRun('overlap'), newRun('overlap')];
    const draft = draftWith({ overlap: 'queue' }, { waiting: 2 }, queue);
    releaseWaiting(draft, T0);
    expect(draft.moves).toEqual([]);
    expect(queue.map(({ held }) => held)).toEqual(['run_at', 'no', 'overlap']);
  });
});

it('a move of waiting runs leaves those of this decision that wait for something else', () => {
  const queue = [newRun('no'), newRun('run_at'), newRun('overlap')];
  moveAll(draftWith({}, {}, queue), ['no', 'overlap'], 'pause');
  expect(queue.map(({ held }) => held)).toEqual(['pause', 'run_at', 'pause']);
});
