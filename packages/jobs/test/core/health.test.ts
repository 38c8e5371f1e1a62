import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/core/model/job.ts';
import { LEVEL } from '../../src/core/rules/option-levels.ts';
import { HEALTH_STATUSES, hasHealth, healthOf } from '../../src/core/watching/health.ts';
import { definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const job = (extra: Partial<Job> = {}): Job => ({
  ...new Simulation(definition(every(HOUR)), T0).job,
  ...extra,
});
const signs = { handlerVersion: 1 };

// Promises P11, timeout; P17, clock; P22, types and deploys. Lesson 22, silent failures.
describe('health, worst first', () => {
  it('is ok for a job that is on time', () => {
    expect(healthOf(job(), signs, T0)).toEqual({ status: 'ok' });
  });

  it('no_handler when no live node has the type, or only an older version', () => {
    expect(healthOf(job(), {}, T0)).toMatchObject({ status: 'no_handler' });
    expect(healthOf(job({ typeVersion: 2 }), signs, T0)).toMatchObject({ status: 'no_handler' });
  });

  it('D12: no_handler when no live node knows all options of the job', () => {
    const newer = job({ needsLevel: LEVEL + 1 });
    expect(healthOf(newer, signs, T0)).toMatchObject({
      status: 'no_handler',
      reason: expect.stringContaining('needs a newer version of @greenvue/jobs'),
    });
    expect(healthOf(newer, { ...signs, liveLevel: LEVEL + 1 }, T0)).toEqual({ status: 'ok' });
  });

  it('zombie comes before failing', () => {
    const failing = job({ failedInRow: 2, failingSince: T0 });
    expect(healthOf(failing, { ...signs, zombieSince: T0 }, T0)).toMatchObject({
      status: 'zombie',
      since: T0,
    });
    expect(healthOf(failing, signs, T0)).toMatchObject({ status: 'failing', since: T0 });
  });

  it('late when more than 60 s overdue, since the slot', () => {
    expect(healthOf(job({ nextRunAt: T0 }), signs, T0 + 60_000)).toMatchObject({ status: 'ok' });
    expect(healthOf(job({ nextRunAt: T0 }), signs, T0 + 60_001)).toMatchObject({ status: 'late', since: T0 });
  });

  it('late when a live run has merely waited for more than 60 s', () => {
    const waits = { ...signs, waitingSince: T0 };
    expect(healthOf(job(), waits, T0 + 60_000)).toEqual({ status: 'ok' });
    expect(healthOf(job(), waits, T0 + 60_001)).toEqual({ status: 'late', reason: 'waiting', since: T0 });
  });

  it('late with the reason clock when the last slot is more than 60 s after now', () => {
    expect(healthOf(job({ lastSlotAt: T0 + 60_001 }), signs, T0)).toMatchObject({
      status: 'late',
      reason: 'clock',
    });
  });

  // Promise P34, spread.
  it('S3: after an edit that restarts the schedule, a slot before the last one is no sign of the clock', () => {
    const rebased = job({
      lastSlotAt: T0 + 10 * HOUR,
      nextSlotAt: T0 + 10 * HOUR,
      nextRunAt: T0 + 11 * HOUR,
    });
    expect(healthOf(rebased, signs, T0)).toEqual({ status: 'ok' });
  });

  it('overrunning when a run lives longer than the interval', () => {
    expect(healthOf(job(), { ...signs, runningSince: T0 - HOUR }, T0)).toMatchObject({ status: 'ok' });
    expect(healthOf(job(), { ...signs, runningSince: T0 - HOUR - 1 }, T0)).toMatchObject({
      status: 'overrunning',
    });
  });

  // Promise P25, expectations.
  it('overdue comes before failing, and slow before overrunning', () => {
    const watched = job({ expect: { successWithinMs: HOUR, durationMs: 60_000 }, createdAt: T0 - HOUR - 1 });
    expect(healthOf({ ...watched, failedInRow: 1 }, signs, T0)).toEqual({
      status: 'overdue',
      reason: 'no success for 1h, expected every 1h',
      since: T0 - 1,
    });
    const running = { ...signs, runningSince: T0 - 2 * HOUR - 90_500 };
    expect(healthOf({ ...watched, lastSuccessAt: T0 }, running, T0)).toEqual({
      status: 'slow',
      reason: 'a run has taken 2h1m so far, expected at most 1m',
      since: T0 - 2 * HOUR - 30_500,
    });
  });

  it('a paused or finished job is never overdue', () => {
    const watched = job({ expect: { successWithinMs: HOUR }, createdAt: T0 - 9 * HOUR });
    const paused = { ...watched, status: 'paused', pause: { at: T0 - 8 * HOUR } } as const;
    expect(healthOf(paused, signs, T0)).toMatchObject({ status: 'paused' });
    expect(healthOf({ ...watched, status: 'finished' }, signs, T0)).toEqual({ status: 'ok' });
  });

  it('overdue again 10 minutes after a pause of all jobs, or after the expected time if that is shorter', () => {
    const watched = job({ expect: { successWithinMs: HOUR }, createdAt: T0 - 9 * HOUR });
    const at = (lateFrom: number, one = watched) => healthOf(one, { ...signs, lateFrom }, T0).status;
    expect(at(Number.POSITIVE_INFINITY)).toBe('ok');
    expect(at(T0 - 600_000)).toBe('ok');
    expect(at(T0 - 600_001)).toBe('overdue');
    expect(at(T0 - 60_001, { ...watched, expect: { successWithinMs: 60_000 } })).toBe('overdue');
    expect(at(T0 - 60_000, { ...watched, expect: { successWithinMs: 60_000 } })).toBe('ok');
  });

  it('late as the job expects, instead of after 60 s', () => {
    const early = job({ expect: { startWithinMs: 5_000 }, nextRunAt: T0 });
    expect(healthOf(early, signs, T0 + 5_000)).toEqual({ status: 'ok' });
    expect(healthOf(early, signs, T0 + 5_001)).toEqual({ status: 'late', reason: 'slot', since: T0 });
  });

  it('is unhealthy when it needs attention: a pause does not', () => {
    const unhealthy = HEALTH_STATUSES.filter((status) => hasHealth({ status }, 'unhealthy'));
    expect(unhealthy).toEqual([
      'no_handler',
      'zombie',
      'overdue',
      'no_upstream',
      'failing',
      'late',
      'slow',
      'overrunning',
    ]);
    expect(hasHealth({ status: 'late' }, 'late')).toBe(true);
    expect(hasHealth({ status: 'late' }, 'failing')).toBe(false);
  });

  it('paused, with its reason', () => {
    expect(healthOf(job({ status: 'paused', pause: { at: T0, reason: 'audit' } }), signs, T0)).toEqual({
      status: 'paused',
      reason: 'audit',
      since: T0,
    });
  });
});
