import { beforeEach, describe, expect, it } from 'vitest';
import type { JobEvent } from '../../core/model/events.ts';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.ts';
import { EventRing } from './event-ring.ts';

let clock: FakeClock;
let ring: EventRing;
let failures: unknown[];
let heard: JobEvent[];
beforeEach(() => {
  clock = createFakeClock(Date.UTC(2026, 0, 1));
  failures = [];
  heard = [];
  ring = new EventRing({ clock, logger: { error: ({ err }: { err?: unknown }) => void failures.push(err) } });
  ring.subscribe((event) => event !== 'reset' && heard.push(event));
});

const burst = (runs: number, jobId = 'job') => {
  for (let n = 0; n < runs; n++) ring.emit('run.queued', jobId, String(n));
};

// Promise P18, bounds.
describe('a flood of events', () => {
  it('are sent one by one up to 200 a second for a job; one event counts the others', () => {
    burst(1_000);
    expect(heard).toHaveLength(200);
    clock.advance(1_000);
    expect(heard).toHaveLength(201);
    expect(heard.at(-1)).toMatchObject({ type: 'runs.coalesced', jobId: 'job', count: 800 });
  });

  it('loses none: each run event is sent or counted', () => {
    for (let n = 0; n < 50; n++) {
      burst(37);
      clock.advance(70);
    }
    ring.stop();
    const counted = heard.reduce((sum, { count = 1 }) => sum + count, 0);
    expect(counted).toBe(50 * 37);
  });

  it('are counted before the first run event of a later second, of any job, and leave no timer', () => {
    clock.advance(700);
    burst(250, 'busy');
    clock.advance(400);
    ring.emit('run.queued', 'other', '1');
    expect(heard.slice(-2)).toMatchObject([
      { type: 'runs.coalesced', jobId: 'busy', count: 50 },
      { type: 'run.queued', jobId: 'other' },
    ]);
    // The timer of the first second would come now.
    burst(250, 'busy');
    clock.advance(850);
    expect(heard).toHaveLength(402);
    clock.advance(5_000);
    expect(heard).toHaveLength(403);
  });

  it('are counted for each job and each second', () => {
    for (let second = 0; second < 3; second++) {
      burst(210, 'a');
      burst(220, 'b');
      clock.advance(1_000);
    }
    const told = heard.filter(({ type }) => type === 'runs.coalesced');
    expect(told.map(({ jobId, count }) => [jobId, count])).toEqual(
      Array.from({ length: 3 }, () => [
        ['a', 10],
        ['b', 20],
      ]).flat(),
    );
  });

  it('of one job do not coalesce those of another, nor events of the job itself', () => {
    burst(500);
    ring.emit('run.queued', 'other', '1');
    ring.emit('job.paused', 'job');
    expect(heard.slice(-2)).toMatchObject([{ jobId: 'other' }, { type: 'job.paused' }]);
  });

  it('leaves no timer behind', () => {
    burst(500);
    clock.advance(3_000);
    const timers = countTimers(clock, () => clock.advance(60_000));
    expect(timers).toBe(0);
  });
});

describe('a subscriber that reconnects', () => {
  it('get what they missed, or a reset when that is not known any more', () => {
    ring.emit('job.created', 'a');
    ring.emit('job.updated', 'a');
    expect(ring.subscribe(() => undefined, 1).backlog).toMatchObject([{ id: 2, type: 'job.updated' }]);
    expect(ring.subscribe(() => undefined, 2).backlog).toEqual([]);
    expect(ring.subscribe(() => undefined, 3).backlog).toBe('reset');
    for (let n = 0; n < 10_000; n++) ring.emit('job.updated', 'a');
    expect(ring.subscribe(() => undefined, 1).backlog).toBe('reset');
    expect(ring.subscribe(() => undefined, 2).backlog).toHaveLength(10_000);
  });
});

describe('a listener that throws', () => {
  it('does not affect others and is not called again', () => {
    let calls = 0;
    ring.subscribe(() => {
      calls++;
      throw new Error('no');
    });
    ring.emit('job.created', 'a');
    ring.emit('job.updated', 'a');
    expect(calls).toBe(1);
    expect(failures).toHaveLength(1);
    expect(heard).toHaveLength(2);
  });

  it('is logged once if it is async, and leaves no unhandled rejection', async () => {
    let calls = 0;
    ring.subscribe(async () => {
      calls++;
      throw new Error('no');
    });
    ring.emit('job.created', 'a');
    ring.emit('job.updated', 'a');
    await new Promise((resolve) => setImmediate(resolve));
    ring.emit('job.deleted', 'a');
    expect([calls, failures.length, heard.length]).toEqual([2, 1, 3]);
  });
});

function countTimers(from: FakeClock, during: () => void): number {
  let timers = 0;
  const { setTimer } = from;
  Object.assign(from, {
    setTimer: (...timer: Parameters<typeof setTimer>) => {
      timers++;
      return setTimer(...timer);
    },
  });
  during();
  Object.assign(from, { setTimer });
  return timers;
}
