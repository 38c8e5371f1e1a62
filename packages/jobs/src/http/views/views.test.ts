import { describe, expect, test } from 'vitest';
import type { Job } from '../../core/model/job.ts';
import type { LiveRun } from '../../core/model/run.ts';
import { emptyHealthCounts } from '../../core/watching/health.ts';
import { auditRowJson, auditRowSchema } from './audit.ts';
import { eventJson, eventSchema } from './event.ts';
import { jobJson, jobOrder, jobSchema } from './jobs/job.ts';
import { runJson, runSchema } from './runs/run.ts';
import { statsJson, statsSchema } from './stats.ts';

const at = Date.UTC(2026, 0, 31, 9, 0, 0, 5);
const job: Job = {
  id: 'a',
  uid: '7',
  version: 3,
  name: 'A',
  description: '',
  type: 'greet',
  typeVersion: 1,
  schedule: { kind: 'interval', interval: '90m', everyMs: 5_400_000, mode: 'fixed_rate' },
  payload: '{"days":1}',
  overlap: 'skip',
  catchUp: 'once',
  timeoutMs: 90_000,
  maxAttempts: 3,
  backoff: { initialMs: 10_000, maxMs: 3_600_000, factor: 2, jitter: 0.1 },
  status: 'active',
  anchorAt: at,
  failedInRow: 0,
  createdAt: at,
  updatedAt: at,
};
const run: LiveRun = {
  id: '9',
  jobUid: '7',
  trigger: 'schedule',
  scheduledFor: at,
  catchUp: false,
  missed: 0,
  queuedAt: at,
  status: 'queued',
  held: 'no',
  availableAt: at + 1,
  failures: 1,
  recoveries: 0,
  errors: [{ attempt: 1, at, reason: 'error', name: 'Error', message: 'no', stack: 'Error: no\n at x' }],
};
const shown = (schedule: Job['schedule']) =>
  jobJson({ job: { ...job, schedule }, health: { status: 'ok' }, isRunning: false });

describe('a job', () => {
  test('has every field, absent ones as null, and times with milliseconds in UTC', () => {
    const json = jobJson({ job, health: { status: 'ok' }, isRunning: false });
    expect(jobSchema.strict().parse(json)).toEqual(json);
    expect(json).toMatchObject({
      interval: '90m',
      timeout: '1m30s',
      created_at: '2026-01-31T09:00:00.005Z',
      next_run: null,
      created_by: null,
      payload: { days: 1 },
    });
  });

  test('shows the one schedule that it has', () => {
    expect(shown({ kind: 'cron', cron: '* * * * *', timezone: 'UTC', startAt: at })).toMatchObject({
      interval: null,
      interval_mode: null,
      cron: '* * * * *',
      timezone: 'UTC',
      start_at: '2026-01-31T09:00:00.005Z',
      run_at: null,
      on_demand: false,
    });
    expect(shown({ kind: 'run_at', runAt: at })).toMatchObject({
      run_at: '2026-01-31T09:00:00.005Z',
      timezone: null,
    });
    expect(shown({ kind: 'on_demand' })).toMatchObject({
      on_demand: true,
      interval: null,
      cron: null,
      run_at: null,
    });
  });

  test('is sorted as asked', () => {
    expect(jobOrder('name')).toEqual({ field: 'name', descending: false });
    expect(jobOrder('-next_run')).toEqual({ field: 'next_run', descending: true });
  });
});

describe('a run', () => {
  test('that waits for a retry shows when it is due and the attempts so far', () => {
    const json = runJson({ run, jobId: 'a', jobName: 'A', type: 'greet' });
    expect(runSchema.strict().parse(json)).toEqual(json);
    expect(json).toMatchObject({
      attempt: 1,
      available_at: '2026-01-31T09:00:00.006Z',
      held: null,
      node: null,
    });
    expect(json.errors[0]?.stack).toBeNull();
    expect(
      runJson({ run, jobId: 'a', jobName: 'A', type: 'greet' }, { stacks: true }).errors[0]?.stack,
    ).toContain('at x');
  });

  test('shows the causes of its errors, with stacks only on request', () => {
    const causes = [{ depth: 1, name: 'Error', message: 'refused', code: 'ECONNREFUSED', stack: 'at y' }];
    const failed = { ...run, errors: run.errors.map((error) => ({ ...error, causes })) };
    const [error] = runJson({ run: failed, jobId: 'a', jobName: 'A', type: 'greet' }).errors;
    expect(error).toMatchObject({ code: null, causes: [{ depth: 1, code: 'ECONNREFUSED', stack: null }] });
    const whole = runJson({ run: failed, jobId: 'a', jobName: 'A', type: 'greet' }, { stacks: true });
    expect(runSchema.strict().parse(whole)).toEqual(whole);
    expect(whole.errors[0]?.causes[0]?.stack).toBe('at y');
  });

  test('can be read though its stored JSON is broken', () => {
    const broken = { ...run, payload: '{"half":' };
    expect(runJson({ run: broken, jobId: 'a', jobName: 'A', type: 'greet' }).payload).toEqual({
      unreadable: '{"half":',
    });
  });

  test('that runs shows its node and the attempt that runs', () => {
    const claimed = { ...run, status: 'running', claim: { node: 'n1', fence: 4 }, cancel: 'user' } as const;
    expect(runJson({ run: claimed, jobId: 'a', jobName: 'A', type: 'greet' })).toMatchObject({
      status: 'running',
      attempt: 2,
      node: 'n1',
      cancel_requested: true,
    });
  });

  test('that has ended shows its result, and is no longer due', () => {
    const { availableAt: _due, held: _held, failures: _failures, ...origin } = run;
    const finished = {
      ...origin,
      status: 'succeeded',
      attempt: 2,
      finishedAt: at,
      result: '{"n":1}',
    } as const;
    expect(runJson({ run: finished, jobId: 'a', jobName: 'A', type: 'greet' })).toMatchObject({
      attempt: 2,
      result: { n: 1 },
      available_at: null,
      finished_at: '2026-01-31T09:00:00.005Z',
    });
  });
});

test('an event, an audit row and the counts have the forms of their schemas', () => {
  const event = eventJson(
    { id: 5, at, type: 'run.skipped', jobId: 'a', runId: '9', data: { reason: 'overlap' } },
    'x-5',
  );
  expect(eventSchema.strict().parse(event)).toMatchObject({ id: 'x-5', run_id: '9', count: null });
  const row = { id: '1', at, actor: 'user:1', action: 'job.create', target: 'a', change: '{"id":"a"}' };
  expect(auditRowSchema.strict().parse(auditRowJson(row)).change).toEqual({ id: 'a' });
  const endings = { succeeded: 2, failed: 0, cancelled: 0, retried: 0 };
  const node = {
    node: 'n1',
    health: 'ok',
    seenAt: at,
    version: '1',
    startedAt: at,
    places: 1,
    busy: 0,
    buffered: 0,
    throttled: false,
    eventLoopDelayMs: 0,
    types: [],
  } as const;
  const stats = statsJson({
    pauseOfAll: undefined,
    now: at,
    jobs: { active: 1, paused: 0, finished: 0 },
    runs: { queued: 0, held: 0, running: 1 },
    health: { ...emptyHealthCounts(), ok: 1 },
    hours: [{ hour: at, status: 'failed', count: 2 }],
    nodes: [node],
    database: undefined,
    minutes: [{ minute: at, started: 1, ...endings, skipped: 0, latenessP99Ms: undefined }],
    lastMinute: {
      started: 0,
      finished: endings,
      latenessMs: undefined,
    },
  });
  const json = statsSchema.strict().parse(stats);
  expect(json.last_minute).toMatchObject({ started: 0, lateness_ms: null });
  expect(json.minutes).toEqual([
    {
      minute: '2026-01-31T09:00:00.005Z',
      started: 1,
      succeeded: 2,
      failed: 0,
      cancelled: 0,
      retried: 0,
      skipped: 0,
      lateness_p99_ms: null,
    },
  ]);
});
