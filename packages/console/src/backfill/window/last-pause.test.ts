import { expect, test } from 'vitest';
import { lastPause } from './last-pause.ts';

const NOW = Date.parse('2026-01-31T15:00:00Z');
const at = (time: string) => `2026-01-31T${time}:00.000Z`;
type Change = readonly [time: string, action: string, change?: object];
/** Records as the server lists them: newest first. */
const records = (...changes: readonly Change[]) =>
  changes.map(([time, action, change = {}]) => ({ at: at(time), action: `job.${action}`, change })).reverse();
const pauseOf = (...changes: readonly Change[]) => lastPause(records(...changes), NOW);

test('a pause lasts until the resume', () => {
  expect(pauseOf(['08:00', 'create'], ['09:00', 'pause'], ['12:00', 'resume'])).toEqual({
    from: at('09:00'),
    to: at('12:00'),
    hasOtherSlots: false,
  });
});

test('a pause ends by itself at its end, unless it is over before', () => {
  const until = { until: at('12:00') };
  expect(pauseOf(['09:00', 'pause', until])?.to).toBe(at('12:00'));
  expect(pauseOf(['09:00', 'pause', until], ['10:00', 'resume'])?.to).toBe(at('10:00'));
  expect(pauseOf(['09:00', 'pause', until], ['13:00', 'pause'])?.to).toBe(at('12:00'));
});

test('a second pause of a paused job changes its end, not its beginning', () => {
  const second = pauseOf(['09:00', 'pause', { until: at('10:00') }], ['09:30', 'pause'], ['14:00', 'resume']);
  expect(second).toMatchObject({ from: at('09:00'), to: at('14:00') });
});

test('a pause that is not over, or whose beginning is not known, is none', () => {
  expect(pauseOf(['09:00', 'pause'])).toBeUndefined();
  expect(pauseOf(['09:00', 'pause', { until: at('16:00') }])).toBeUndefined();
  expect(pauseOf(['09:00', 'resume'])).toBeUndefined();
  expect(pauseOf()).toBeUndefined();
});

test('the last pause counts, and none of an earlier job with the id', () => {
  const first = [
    ['08:00', 'pause'],
    ['09:00', 'resume'],
  ] as const;
  expect(pauseOf(...first, ['10:00', 'pause'], ['11:00', 'resume'])?.from).toBe(at('10:00'));
  expect(pauseOf(...first, ['10:00', 'delete'], ['11:00', 'create'])).toBeUndefined();
});

test('an edit since the pause began counts only if it has another schedule, or nobody knows the one before', () => {
  const created = ['08:00', 'create', { cron: '*/15 * * * *' }] as const;
  const pause = ['09:00', 'pause'] as const;
  const edited = (change: object) => ['10:00', 'edit', change] as const;
  const resumed = ['12:00', 'resume'] as const;
  const isMoved = (...changes: readonly Change[]) => pauseOf(...changes, resumed)?.hasOtherSlots;
  expect(isMoved(created, pause, edited({ cron: '*/15 * * * *', timezone: 'UTC', payload: {} }))).toBe(false);
  expect(isMoved(created, pause, edited({ cron: '0 * * * *' }))).toBe(true);
  expect(isMoved(created, pause, edited({ interval: '15m' }))).toBe(true);
  expect(isMoved(pause, edited({ cron: '*/15 * * * *' }))).toBe(true);
  expect(isMoved(['08:30', 'edit', { cron: '0 * * * *' }], pause)).toBe(false);
});
