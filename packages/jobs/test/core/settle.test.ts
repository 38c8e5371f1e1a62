import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Job, NO_LIVE_RUNS } from '../../src/core/model/job.ts';
import { DEFAULT_BACKOFF, retryDelayMs } from '../../src/core/model/retry.ts';
import type { FinishedStatus, LiveRun } from '../../src/core/model/run.ts';
import { mayNeedRoomOfExpired } from '../../src/core/rules/expiry.ts';
import {
  finishedOf,
  needsPass,
  type Outcome,
  runAtClaimEnd,
  settleRun,
} from '../../src/core/rules/settle.ts';
import { definition, every, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const job = (extra: Partial<Job> = {}): Job => ({
  ...new Simulation(definition(every(HOUR)), T0).job,
  ...extra,
});
const run = (extra: Partial<LiveRun> = {}): LiveRun => ({
  id: '9',
  jobUid: '1',
  trigger: 'schedule',
  scheduledFor: T0,
  catchUp: false,
  missed: 0,
  queuedAt: T0,
  status: 'running',
  held: 'no',
  availableAt: T0,
  claim: { node: 'n', fence: 1 },
  startedAt: T0,
  failures: 0,
  recoveries: 0,
  errors: [],
  ...extra,
});
const failed = (extra: Partial<Extract<Outcome, { kind: 'failed' }>> = {}): Outcome => ({
  kind: 'failed',
  permanent: false,
  error: { attempt: 1, at: T0, reason: 'error', name: 'Error', message: 'no' },
  ...extra,
});
const at = { now: T0, random: 0.5 };

// Promise P8, retries.
describe('retries', () => {
  it('a wait of nothing stays nothing, and no wait gets beyond its cap, however often it failed', () => {
    const steep = { initialMs: 1, maxMs: 5_000, factor: 100, jitter: 0 };
    expect(retryDelayMs(steep, 1_000, 0.5)).toBe(5_000);
    expect(retryDelayMs({ ...steep, initialMs: 0 }, 1_000, 0.5)).toBe(0);
  });

  it('waits 10 s, 20 s, 40 s … capped at 1 h, give or take 10 %', () => {
    const middle = (n: number) => retryDelayMs(DEFAULT_BACKOFF, n, 0.5);
    expect([1, 2, 3, 20].map(middle)).toEqual([10_000, 20_000, 40_000, HOUR]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (n, random) => {
          const delay = retryDelayMs(DEFAULT_BACKOFF, n, random);
          expect(delay).toBeGreaterThanOrEqual(middle(n) * 0.9 - 1);
          expect(delay).toBeLessThanOrEqual(middle(n) * 1.1 + 1);
        },
      ),
    );
  });

  it('a failed attempt waits for the next one, its error kept', () => {
    expect(settleRun(job(), run(), failed(), at)).toMatchObject({
      kind: 'waiting',
      failures: 1,
      availableAt: T0 + 10_000,
      errors: [{ message: 'no' }],
    });
  });

  it('the last attempt, or a permanent error, fails the run', () => {
    expect(settleRun(job(), run({ failures: 2 }), failed(), at)).toMatchObject({
      kind: 'finished',
      status: 'failed',
      reason: 'error',
      attempt: 3,
    });
    expect(settleRun(job(), run(), failed({ permanent: true }), at)).toMatchObject({
      kind: 'finished',
      status: 'failed',
      attempt: 1,
    });
  });

  it('under skip, a retry that would meet the next slot is not made: that slot is the retry', () => {
    const soon = job({ nextRunAt: T0 + 9_000 });
    expect(settleRun(soon, run(), failed(), at)).toMatchObject({ kind: 'finished', status: 'failed' });
    expect(settleRun(job({ nextRunAt: T0 + 10_001 }), run(), failed(), at)).toMatchObject({
      kind: 'waiting',
    });
  });

  it('in all other cases retries are made: other overlap, fixed_delay, no next slot', () => {
    const delay = every(HOUR, { mode: 'fixed_delay' });
    for (const extra of [{ overlap: 'queue' }, { overlap: 'allow' }, { schedule: delay }] as const) {
      expect(settleRun(job({ nextRunAt: T0 + 1, ...extra }), run(), failed(), at)).toMatchObject({
        kind: 'waiting',
      });
    }
    const { nextRunAt: _, ...none } = job();
    expect(settleRun(none, run(), failed(), at)).toMatchObject({ kind: 'waiting' });
  });

  it('under cancel_previous, the next slot also replaces a retry that would continue where the attempt ended', () => {
    const soon = { nextRunAt: T0 + 9_000 };
    const saved = { ...at, isSaved: true } as const;
    const replaces = job({ ...soon, overlap: 'cancel_previous' });
    expect(settleRun(replaces, run(), failed(), saved)).toMatchObject({ kind: 'finished', status: 'failed' });
    expect(settleRun(job(soon), run(), failed(), saved)).toMatchObject({ kind: 'waiting' });
  });

  it('the retry of a paused job waits for the resume: its next slot may be far', () => {
    const paused = job({ nextRunAt: T0 + 1, status: 'paused', pause: { at: T0 } });
    expect(settleRun(paused, run(), failed(), at)).toMatchObject({ kind: 'waiting', held: 'pause' });
  });

  it('a run by hand of a past slot keeps its retries: the next slot does not make up for it', () => {
    const retried = run({ trigger: 'manual', scheduledFor: T0 - 60_000, retryOf: '17' });
    expect(settleRun(job({ nextRunAt: T0 + 1 }), retried, failed(), at)).toMatchObject({ kind: 'waiting' });
    expect(settleRun(job({ nextRunAt: T0 + 1 }), run(), failed(), at)).toMatchObject({ kind: 'finished' });
  });
});

// Promise P9, lost nodes. Lesson 17, busy event loops and shutdowns.
describe('lost nodes', () => {
  it('a lost claim costs no attempt', () => {
    expect(settleRun(job(), run({ failures: 1 }), { kind: 'lost' }, at)).toMatchObject({
      kind: 'waiting',
      failures: 1,
      recoveries: 1,
    });
  });

  it('the sixth fails the run', () => {
    expect(settleRun(job(), run({ recoveries: 4 }), { kind: 'lost' }, at)).toMatchObject({
      kind: 'waiting',
      recoveries: 5,
    });
    expect(settleRun(job(), run({ recoveries: 5 }), { kind: 'lost' }, at)).toMatchObject({
      kind: 'finished',
      status: 'failed',
      reason: 'lost',
      recoveries: 6,
      errors: [
        { message: expect.stringMatching(/^The process ended 6 times during this run\. Find out why/) },
      ],
    });
  });

  it('a run given back costs nothing, and is due at once or after the delay that its node asks for', () => {
    const due = (delayMs?: number) =>
      settleRun(job(), run(), { kind: 'given_back', ...(delayMs === undefined ? {} : { delayMs }) }, at);
    const free = { kind: 'waiting', failures: 0, recoveries: 0 };
    expect(due()).toMatchObject({ ...free, availableAt: T0 });
    expect(due(1_000)).toMatchObject({ ...free, availableAt: T0 + 1_000 });
  });

  // Promise P17, clock.
  it('a run claimed ahead keeps its time when it comes back, unless the clock jumped back from that time', () => {
    const back = (availableAt: number) => settleRun(job(), run({ availableAt }), { kind: 'given_back' }, at);
    expect(back(T0 + 200)).toMatchObject({ availableAt: T0 + 200 });
    expect(back(T0 + 60_000)).toMatchObject({ availableAt: T0 + 60_000 });
    expect(back(T0 + 60_001)).toMatchObject({ availableAt: T0 });
  });
});

it('a run that was put back calls for a new look where it is due, or was given back ahead of its time', () => {
  const later = { availableAt: T0 + 1 };
  expect(needsPass({ kind: 'lost' }, { availableAt: T0 }, T0)).toBe(true);
  expect(needsPass({ kind: 'given_back' }, later, T0)).toBe(true);
  expect(needsPass(failed(), later, T0)).toBe(false);
});

it('a run that returned nothing has no result', () => {
  const end = { kind: 'finished', status: 'succeeded', attempt: 1, recoveries: 0, errors: [] };
  expect(settleRun(job(), run(), { kind: 'succeeded' }, at)).toStrictEqual(end);
  expect(settleRun(job(), run(), { kind: 'succeeded', result: '1' }, at)).toStrictEqual({
    ...end,
    result: '1',
  });
});

it('rows of history have only the fields that are known', () => {
  const row = (live: LiveRun, outcome: Outcome) => {
    const end = settleRun(job(), live, outcome, at);
    if (end.kind !== 'finished') throw new Error(end.kind);
    return finishedOf(live, end, { finishedAt: T0 + 1 });
  };
  const { startedAt: _, claim: __, ...plain } = run({ scheduledFor: T0, status: 'queued' });
  expect(row(plain, { kind: 'succeeded' })).toStrictEqual({
    id: '9',
    jobUid: '1',
    trigger: 'schedule',
    scheduledFor: T0,
    catchUp: false,
    missed: 0,
    queuedAt: T0,
    status: 'succeeded',
    attempt: 0,
    recoveries: 0,
    finishedAt: T0 + 1,
    errors: [],
  });
  const asked = run({ cancel: 'user', cancelledBy: 'user:1' });
  expect(row(asked, { kind: 'cancelled' })).toMatchObject({ status: 'cancelled', cancelledBy: 'user:1' });
  expect(row(asked, { kind: 'succeeded' })).not.toHaveProperty('cancelledBy');
  expect(row(run(), { kind: 'succeeded' })).not.toHaveProperty('jobVersion');
});

it('a run that comes back unstarted is queued, without a claim or a time of its own to start', () => {
  const back = runAtClaimEnd(run(), { outcome: { kind: 'given_back' } });
  const { claim: _, startedAt: __, ...rest } = run({ status: 'queued' });
  expect(back).toStrictEqual(rest);
  expect(settleRun(job(), back, { kind: 'given_back' }, at)).toStrictEqual({
    kind: 'waiting',
    held: 'no',
    availableAt: T0,
    failures: 0,
    recoveries: 0,
    errors: [],
  });
});

// Promise P29, limits and priority.
it('under max_running, a run that waits for its retry gives its room to others; one that comes back keeps it', () => {
  const limited = job({ overlap: 'allow', maxRunning: 2 });
  expect(settleRun(limited, run(), failed(), at)).toMatchObject({ kind: 'waiting', held: 'overlap' });
  expect(settleRun(limited, run(), { kind: 'given_back' }, at)).toMatchObject({
    held: 'no',
    availableAt: T0,
  });
});

// Promise P35, expiry.
it('only a job whose runs expire, and that is full, asks for the room of expired runs', () => {
  const full = { ...NO_LIVE_RUNS, active: 1 };
  expect(mayNeedRoomOfExpired(job({ expireAfterMs: HOUR }), full)).toBe(true);
  expect(mayNeedRoomOfExpired(job({ expireAfterMs: HOUR }), NO_LIVE_RUNS)).toBe(false);
  expect(mayNeedRoomOfExpired(job(), full)).toBe(false);
});

// Promise P12, cancel.
describe('cancel', () => {
  it('a handler that returned has succeeded even if a cancel arrived before the settlement', () => {
    expect(settleRun(job(), run({ cancel: 'user' }), { kind: 'succeeded' }, at)).toMatchObject({
      status: 'succeeded',
    });
  });

  // Promise P7, overlap.
  it('a run that the next one replaces has failed if an attempt failed before, with its last error', () => {
    const replaced = (extra: Partial<LiveRun>) =>
      settleRun(job(), run({ cancel: 'replaced', ...extra }), failed(), at);
    expect(replaced({})).toMatchObject({
      status: 'cancelled',
      reason: 'replaced',
      errors: [{ message: 'no' }],
    });
    const first = { attempt: 1, at: T0, reason: 'timeout', name: 'TimeoutError', message: 'slow' } as const;
    expect(replaced({ failures: 1, errors: [first] })).toMatchObject({
      status: 'failed',
      reason: 'error',
      errors: [{ message: 'slow' }, { message: 'no' }],
    });
    const waiting = run({ cancel: 'replaced', failures: 1, errors: [first] });
    expect(settleRun(job(), waiting, { kind: 'cancelled' }, at)).toMatchObject({
      status: 'failed',
      reason: 'timeout',
      errors: [{ message: 'slow' }],
    });
  });

  it('a run that is lost or given back after a cancel is cancelled, never run again', () => {
    for (const kind of ['lost', 'given_back'] as const) {
      expect(settleRun(job(), run({ cancel: 'deleted' }), { kind }, at)).toMatchObject({
        kind: 'finished',
        status: 'cancelled',
        reason: 'deleted',
      });
    }
  });

  it('one that threw after the signal is cancelled, its error kept', () => {
    expect(settleRun(job(), run({ cancel: 'user' }), failed(), at)).toMatchObject({
      status: 'cancelled',
      reason: 'user',
      errors: [{ message: 'no' }],
    });
  });
});

// Promise P14, pause.
describe('pause', () => {
  it('holds retries and runs taken back, but not runs triggered by hand during the pause', () => {
    const paused = job({ status: 'paused', pause: { at: T0 + 5 } });
    expect(settleRun(paused, run(), failed(), at)).toMatchObject({ kind: 'waiting', held: 'pause' });
    expect(settleRun(paused, run({ trigger: 'manual', queuedAt: T0 + 6 }), failed(), at)).toMatchObject({
      held: 'no',
    });
  });
});

/** Each way in which a claim can end. */
const ENDS = {
  succeeded: { kind: 'succeeded' },
  failed: failed(),
  'failed for good': failed({ permanent: true }),
  cancelled: { kind: 'cancelled' },
  'given back': { kind: 'given_back' },
  expired: { kind: 'expired' },
  lost: { kind: 'lost' },
} satisfies Record<string, Outcome>;

interface Row {
  readonly title: string;
  readonly run: LiveRun;
  readonly becomes: Readonly<Record<keyof typeof ENDS, LiveRun['status'] | FinishedStatus>>;
}

const { startedAt: _, ...unstarted } = run({ status: 'queued' });
const last = { failures: job().maxAttempts - 1 };
const AGAIN = {
  succeeded: 'succeeded',
  failed: 'queued',
  'failed for good': 'failed',
  cancelled: 'cancelled',
  'given back': 'queued',
  expired: 'skipped',
  lost: 'queued',
} as const;
const RUNS: readonly Row[] = [
  { title: 'in its first attempt', run: run(), becomes: AGAIN },
  { title: 'whose start is not written', run: unstarted, becomes: AGAIN },
  { title: 'in its last attempt', run: run(last), becomes: { ...AGAIN, failed: 'failed' } },
  { title: 'lost five times before', run: run({ recoveries: 5 }), becomes: { ...AGAIN, lost: 'failed' } },
  {
    title: 'asked to stop',
    run: run({ ...last, recoveries: 5, cancel: 'user' }),
    becomes: {
      succeeded: 'succeeded',
      failed: 'cancelled',
      'failed for good': 'cancelled',
      cancelled: 'cancelled',
      'given back': 'cancelled',
      expired: 'cancelled',
      lost: 'cancelled',
    },
  },
];

it('the table has each kind of end', () => {
  const kinds: Record<Outcome['kind'], true> = {
    succeeded: true,
    failed: true,
    cancelled: true,
    given_back: true,
    expired: true,
    lost: true,
  };
  expect(new Set(Object.values(ENDS).map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)));
});

it.each(RUNS)('what becomes of a run $title, by how its claim ends', ({ run: live, becomes }) => {
  const statuses = Object.entries(ENDS).map(([end, outcome]) => {
    const settlement = settleRun(job(), live, outcome, at);
    return [end, settlement.kind === 'finished' ? settlement.status : 'queued'];
  });
  expect(Object.fromEntries(statuses)).toEqual(becomes);
});
