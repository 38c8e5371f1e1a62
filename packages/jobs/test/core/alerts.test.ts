import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlertQueue,
  MOST_A_MINUTE,
  nextMessage,
  retryDelayOf,
} from '../../src/core/alerts/alert-queue.ts';
import { alertsOf } from '../../src/core/alerts/raised-alerts.ts';
import { createJob } from '../../src/core/commands/commands.ts';
import type { Job } from '../../src/core/model/job.ts';
import type { EndedRun } from '../../src/core/rules/ended-runs.ts';
import { definitionOf, HOUR, MINUTE, ON_DEMAND, SECOND, T0 } from '../store-contract/rig.ts';

const made = createJob(definitionOf('a', { schedule: ON_DEMAND }), {
  uid: '1',
  now: T0,
  by: undefined,
  trace: undefined,
});
if (!made.ok) throw new Error('the job was refused');
const OK = made.decision.job;
const failing = (count: number, since = T0, lastEndAt = since): Job => ({
  ...OK,
  failedInRow: count,
  failingSince: since,
  lastEndAt,
});
const failedRun: EndedRun = {
  id: '7',
  status: 'failed',
  errors: [{ attempt: 1, at: T0, reason: 'error', name: 'TypeError', message: 'x'.repeat(2_000) }],
};
const conditionsOf = (before: Job, after: Job, now = T0, ended: readonly EndedRun[] = [failedRun]) =>
  alertsOf({ before, after, ended, skip: [] }, now).map(({ condition }) => condition);

// Promise P24, alerts.
describe('the alerts of a change', () => {
  it('are none while nothing fails', () => {
    expect(conditionsOf(OK, OK)).toEqual([]);
    expect(conditionsOf(OK, { ...OK, name: 'Other' })).toEqual([]);
    expect(conditionsOf(failing(2), failing(2))).toEqual([]);
  });

  it('tell the first failure with its run and its error, cut to fit a message', () => {
    const [alert] = alertsOf({ before: OK, after: failing(1), ended: [failedRun], skip: [] }, T0);
    expect(alert).toMatchObject({ condition: 'failed', runId: '7', count: 1, since: T0 });
    expect(alert?.error?.message).toHaveLength(1_000);
  });

  it('tell the first failure in each hour of a streak', () => {
    const at = (ms: number, before: number) =>
      conditionsOf(failing(5, T0, T0 + before), failing(6, T0, T0 + ms), T0 + ms);
    expect(at(59 * MINUTE, MINUTE)).toEqual([]);
    expect(at(HOUR, 59 * MINUTE)).toEqual(['failed']);
    expect(at(HOUR + MINUTE, HOUR)).toEqual([]);
    expect(at(9 * HOUR, HOUR)).toEqual(['failed']);
  });

  it('tell a failure once, though each end is written a moment after it', () => {
    const at = (ms: number, before: number) =>
      conditionsOf(failing(1, T0, T0 + before - 5), failing(2, T0, T0 + ms - 5), T0 + ms);
    expect(at(MINUTE, 0)).toEqual([]);
    expect(at(HOUR + 1, MINUTE)).toEqual([]);
    expect(at(HOUR + MINUTE, HOUR + 1)).toEqual(['failed']);
    expect(at(HOUR + 2 * MINUTE, HOUR + MINUTE)).toEqual([]);
  });

  it('tell of a streak that ended and of one that began in the same change', () => {
    expect(conditionsOf(failing(1), OK)).toEqual(['recovered']);
    expect(conditionsOf(failing(1), failing(1, T0 + SECOND), T0 + SECOND)).toEqual(['recovered', 'failed']);
  });

  it('tell of a pause by the engine, and of no other', () => {
    const paused = (by: string): Job => ({
      ...failing(3),
      status: 'paused',
      pause: { at: T0, by, reason: '3 of 5' },
    });
    expect(conditionsOf(failing(2), paused('engine'))).toEqual(['paused_by_engine']);
    expect(conditionsOf(failing(2), paused('user:1'))).toEqual([]);
  });

  it('count missed slots from the first of them', () => {
    const skip = [
      { scheduledFor: T0 + MINUTE, reason: 'missed', catchUp: false, missed: 3, missedFrom: T0 - MINUTE },
      { scheduledFor: T0 + 2 * MINUTE, reason: 'overlap', catchUp: false, missed: 0 },
    ] as const;
    expect(alertsOf({ before: OK, after: OK, ended: [], skip }, T0)).toMatchObject([
      { condition: 'missed', count: 3, since: T0 - MINUTE },
    ]);
  });
});

describe('what a channel is sent next', () => {
  const queue = (more: Partial<AlertQueue> = {}): AlertQueue => ({ sent: 0, ...more });

  it('is one alert, a digest of all, or nothing until the minute is over', () => {
    expect(nextMessage(queue(), { fresh: 0 }, T0)).toEqual({ kind: 'nothing' });
    expect(nextMessage(queue(), { fresh: 10 }, T0)).toMatchObject({ kind: 'one', queue: { sent: 1 } });
    expect(nextMessage(queue(), { fresh: 11 }, T0)).toMatchObject({ kind: 'digest', queue: { sent: 10 } });
    const full = queue({ windowFrom: T0, sent: 10 });
    expect(nextMessage(full, { fresh: 1 }, T0 + SECOND)).toEqual({ kind: 'wait', until: T0 + MINUTE });
    expect(nextMessage(full, { fresh: 1 }, T0 + MINUTE)).toMatchObject({ kind: 'one', queue: { sent: 1 } });
  });

  it('waits for the node that sends, but never longer than its lease, also after the clock went back', () => {
    const busy = queue({ busyUntil: T0 + 30 * SECOND });
    expect(nextMessage(busy, { fresh: 1 }, T0)).toEqual({ kind: 'wait', until: T0 + 30 * SECOND });
    expect(nextMessage(busy, { fresh: 1 }, T0 - HOUR).kind).toBe('one');
  });

  it('is a message to be tried again, once that is due', () => {
    expect(nextMessage(queue(), { fresh: 0, retryAt: T0 + SECOND }, T0)).toEqual({
      kind: 'wait',
      until: T0 + SECOND,
    });
    expect(nextMessage(queue(), { fresh: 3, retryAt: T0 }, T0).kind).toBe('retry');
  });

  it('is that message at once after the clock went back by more than the longest wait', () => {
    const failed = { fresh: 0, retryAt: T0 + 5 * MINUTE };
    expect(nextMessage(queue(), failed, T0).kind).toBe('wait');
    expect(nextMessage(queue(), failed, T0 - HOUR).kind).toBe('retry');
  });

  it('is never more than ten messages in a minute', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: 50, maxLength: 200 }), (gaps) => {
        let now = T0;
        let state = queue();
        const sentAt: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const next = nextMessage(state, { fresh: 1 + (gap % 13) }, now);
          if (!('queue' in next)) continue;
          sentAt.push(now);
          state = { sent: next.queue.sent, windowFrom: next.queue.windowFrom ?? now };
          const window = sentAt.filter((at) => at >= (state.windowFrom ?? 0));
          expect(window.length).toBeLessThanOrEqual(MOST_A_MINUTE);
        }
      }),
    );
  });
});

it('a message is tried for about an hour, with growing waits', () => {
  let tries = 1;
  let waited = 0;
  for (let delay = retryDelayOf(tries); delay !== undefined; delay = retryDelayOf(++tries)) waited += delay;
  expect(retryDelayOf(1)).toBe(5 * SECOND);
  expect(waited).toBeGreaterThan(55 * MINUTE);
  expect(waited).toBeLessThan(65 * MINUTE);
});
