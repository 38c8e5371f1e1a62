import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../core/model/run.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { Meter } from './meter.ts';

const T0 = Date.UTC(2026, 0, 31, 9);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function setUp() {
  const clock = createFakeClock(T0);
  const errors: unknown[] = [];
  const logger = { error: (fields: unknown) => void errors.push(fields) };
  const meter = new Meter({ clock, types: ['mail', 'sweep'], logger });
  /** Minutes in which something happened. */
  const busy = () => meter.read().minutes.filter(({ started }) => started > 0);
  return { clock, meter, busy, errors };
}

const SUCCESS = { outcome: { kind: 'succeeded' } } as const;
const attempt = (type: string, tookMs = 0) => ({ input: SUCCESS, attempt: { owner: { type }, tookMs } });
/** A claim that was cancelled before it started. */
const unstarted = { input: { outcome: { kind: 'cancelled' } }, attempt: undefined } as const;

describe('the last minute', () => {
  it('has what happened in the last 60 seconds, and lateness to a fifth', () => {
    const { clock, meter } = setUp();
    for (let ms = 1; ms <= 100; ms++) meter.started('mail', ms);
    meter.finished('succeeded', attempt('mail'));
    meter.finished('retried', attempt('mail'));
    const { started, finished, latenessMs } = meter.read().lastMinute;
    expect(started).toBe(100);
    expect(finished).toEqual({ succeeded: 1, failed: 0, cancelled: 0, retried: 1 });
    expect(latenessMs?.p50).toBeGreaterThanOrEqual(50);
    expect(latenessMs?.p50).toBeLessThanOrEqual(60);
    expect(latenessMs).toMatchObject({ p99: 100, max: 100 });
    clock.advance(59 * SECOND);
    expect(meter.read().lastMinute.started).toBe(100);
    clock.advance(SECOND);
    expect(meter.read().lastMinute).toMatchObject({ started: 0, latenessMs: undefined });
    expect(meter.read().sinceStart).toMatchObject({ succeeded: 1, retried: 1 });
  });
});

// Promise P17, clock.
describe('the last 60 minutes', () => {
  it('has 60 entries from the start, the current minute first', () => {
    const { meter } = setUp();
    const { minutes, skipped } = meter.read();
    expect(Object.keys(skipped)).toEqual(Object.keys(REASONS.skipped));
    expect(new Set(Object.values(skipped))).toEqual(new Set([0]));
    expect(minutes).toHaveLength(60);
    expect(minutes[0]).toEqual({
      minute: T0,
      started: 0,
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      retried: 0,
      skipped: 0,
      latenessP99Ms: undefined,
    });
    expect(minutes.at(-1)?.minute).toBe(T0 - 59 * MINUTE);
  });

  it('each have what happened in them', () => {
    const { clock, meter } = setUp();
    meter.started('mail', 5);
    meter.finished('succeeded', attempt('mail'));
    clock.advance(59 * SECOND);
    meter.started('sweep', 40);
    meter.finished('cancelled', unstarted);
    clock.advance(SECOND);
    meter.skipped('overlap');
    meter.skipped('missed');
    meter.started('mail', 1_000);
    meter.finished('failed', attempt('mail'));
    expect(meter.read().minutes.slice(0, 3)).toMatchObject([
      { minute: T0 + MINUTE, started: 1, succeeded: 0, failed: 1, skipped: 2, latenessP99Ms: 1_000 },
      { minute: T0, started: 2, succeeded: 1, cancelled: 1, skipped: 0, latenessP99Ms: 40 },
      { minute: T0 - MINUTE, started: 0 },
    ]);
    expect(meter.read().skipped).toMatchObject({ overlap: 1, missed: 1 });
  });

  it('forgets older minutes, and never counts them as new', () => {
    const { clock, meter, busy } = setUp();
    meter.started('mail', 1);
    clock.advance(59 * MINUTE);
    expect(busy()).toMatchObject([{ minute: T0 }]);
    clock.advance(MINUTE);
    expect(busy()).toEqual([]);
    meter.started('mail', 1);
    meter.started('mail', 1);
    expect(busy()).toMatchObject([{ minute: T0 + HOUR, started: 2 }]);
  });

  it('show no future minutes after the clock jumped back, and continue from there', () => {
    const { clock, meter, busy } = setUp();
    meter.started('mail', 1);
    clock.set(T0 - 10 * MINUTE);
    expect(busy()).toEqual([]);
    clock.advance(SECOND);
    meter.started('mail', 1);
    expect(busy()).toMatchObject([{ minute: T0 - 10 * MINUTE, started: 1 }]);
    // The time of day comes again.
    clock.advance(10 * MINUTE);
    expect(busy().map(({ minute }) => minute)).toEqual([T0, T0 - 10 * MINUTE]);
  });

  it('are empty after the clock jumped by hours, in either direction', () => {
    const { clock, meter, busy } = setUp();
    meter.started('mail', 1);
    for (const hours of [5, -5, 1, -1]) {
      clock.set(T0 + hours * HOUR);
      clock.advance(SECOND);
      expect(busy()).toEqual([]);
      meter.started('mail', 1);
      expect(busy()).toMatchObject([{ minute: T0 + hours * HOUR, started: 1 }]);
    }
  });

  it('are 60 in a row that end now, also after a clock jump', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            jump: fc.oneof(fc.constant(0), fc.integer({ min: -3 * HOUR, max: 3 * HOUR })),
            pass: fc.integer({ min: 0, max: 2 * MINUTE }),
            starts: fc.integer({ min: 0, max: 3 }),
          }),
          { maxLength: 60 },
        ),
        (steps) => {
          const { clock, meter } = setUp();
          let total = 0;
          for (const { jump, pass, starts } of steps) {
            clock.set(clock.now() + jump);
            clock.advance(pass);
            for (let n = 0; n < starts; n++) meter.started('mail', n);
            total += starts;
            const { minutes } = meter.read();
            const now = Math.floor(clock.now() / MINUTE) * MINUTE;
            expect(minutes.map(({ minute }) => minute)).toEqual(
              Array.from({ length: 60 }, (_, n) => now - n * MINUTE),
            );
            expect(minutes.reduce((sum, { started }) => sum + started, 0)).toBeLessThanOrEqual(total);
          }
        },
      ),
    );
  });
});

describe('job types', () => {
  it('are all there from the start, so that the first failure is a change', () => {
    const { meter } = setUp();
    const { types } = meter.read();
    expect(types.map(({ type }) => type)).toEqual(['mail', 'sweep']);
    expect(types[0]?.ended).toEqual({ succeeded: 0, failed: 0, cancelled: 0, retried: 0 });
    expect(types[0]?.durations.counts).toHaveLength((types[0]?.durations.boundsMs.length ?? 0) + 1);
  });

  it('count how their attempts ended, how long they took, and how late they started', () => {
    const { meter } = setUp();
    meter.started('mail', -3);
    meter.started('mail', 30);
    meter.started('mail', 1e9);
    meter.finished('succeeded', attempt('mail', 5));
    meter.finished('failed', attempt('mail', 5.1));
    meter.finished('retried', attempt('sweep', 4e9));
    // Cancelled before it started.
    meter.finished('cancelled', unstarted);
    const { types, sinceStart } = meter.read();
    const [mail, sweep] = types;
    expect(sinceStart).toEqual({ succeeded: 1, failed: 1, cancelled: 1, retried: 1 });
    expect(mail?.ended).toEqual({ succeeded: 1, failed: 1, cancelled: 0, retried: 0 });
    expect(sweep?.ended).toEqual({ succeeded: 0, failed: 0, cancelled: 0, retried: 1 });
    const at = (histogram: typeof mail, which: 'durations' | 'lateness') =>
      histogram?.[which].counts.flatMap((count, n) =>
        count > 0 ? [[histogram[which].boundsMs[n], count]] : [],
      );
    expect(at(mail, 'durations')).toEqual([
      [5, 1],
      [10, 1],
    ]);
    expect(mail?.durations.sumMs).toBeCloseTo(10.1);
    expect(at(sweep, 'durations')).toEqual([[undefined, 1]]);
    expect(at(mail, 'lateness')).toEqual([
      [1, 1],
      [50, 1],
      [undefined, 1],
    ]);
    expect(mail?.lateness.sumMs).toBe(30 + 1e9);
  });
});

describe('an observer of attempts', () => {
  const failed = {
    input: {
      outcome: {
        kind: 'failed',
        error: { attempt: 1, at: T0, reason: 'timeout', name: 'Error', message: 'too slow' },
        permanent: false,
      },
    },
    attempt: { owner: { type: 'mail' }, tookMs: 7 },
  } as const;

  it('gets each attempt, with the reason of a failure, until it is removed', () => {
    const { meter } = setUp();
    const seen: unknown[] = [];
    const stop = meter.observe({
      started: (started) => seen.push(started),
      ended: (ended) => seen.push(ended),
    });
    meter.started('mail', 30);
    meter.finished('retried', failed);
    meter.finished('cancelled', unstarted);
    stop();
    meter.started('mail', 1);
    expect(seen).toEqual([
      { type: 'mail', latenessMs: 30 },
      { type: 'mail', ending: 'retried', tookMs: 7, reason: 'timeout' },
    ]);
  });

  it('that throws is removed and logged, and the attempt still counts', () => {
    const { meter, errors } = setUp();
    const broken = () => {
      throw new Error('a bug');
    };
    meter.observe({ started: broken, ended: broken });
    for (let n = 0; n < 2; n++) meter.finished('succeeded', attempt('mail'));
    expect(meter.read().sinceStart.succeeded).toBe(2);
    expect(errors).toHaveLength(1);
  });
});
