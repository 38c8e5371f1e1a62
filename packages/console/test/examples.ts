import { ApiError, type Job, type Run } from '@greenvue/jobs/client';

/** A run for tests: scheduled, succeeded after 2 s. */
export function exampleRun(fields: Partial<Run> = {}): Run {
  return {
    id: '748301942784000',
    job_id: 'nightly-cleanup',
    job_name: 'Remove old listings',
    job_uid: 'u1',
    type: 'cleanup_expired_listings',
    trigger: 'schedule',
    scheduled_for: '2026-01-31T09:00:00.000Z',
    status: 'succeeded',
    reason: null,
    attempt: 1,
    recoveries: 0,
    catch_up: false,
    missed: 0,
    missed_from: null,
    node: 'node-1',
    held: null,
    available_at: null,
    cancel_requested: false,
    queued_at: '2026-01-31T09:00:00.000Z',
    started_at: '2026-01-31T09:00:00.000Z',
    finished_at: '2026-01-31T09:00:02.000Z',
    progress: null,
    payload: null,
    payload_is_own: false,
    job_version: 1,
    result: null,
    errors: [],
    retry_of: null,
    requested_by: null,
    cancelled_by: null,
    backfill_id: null,
    slot_done_by: null,
    checkpointed_at: null,
    steps_done: [],
    waits_for: null,
    triggered_by: null,
    triggered: null,
    fingerprint: null,
    ...fields,
  };
}

/** An error of an attempt, for tests. */
export function exampleError(fields: Partial<Run['errors'][number]> = {}): Run['errors'][number] {
  return {
    attempt: 1,
    at: '2026-01-31T09:00:02.000Z',
    reason: 'error',
    name: 'Error',
    message: 'no route to host',
    code: null,
    stack: null,
    causes: [],
    ...fields,
  };
}

/** A healthy job for tests: every 5 minutes. */
export function exampleJob(fields: Partial<Job> = {}): Job {
  return {
    id: 'nightly-cleanup',
    uid: 'u1',
    version: 1,
    name: 'Remove old listings',
    description: '',
    type: 'cleanup_expired_listings',
    interval: '5m',
    interval_mode: 'fixed_rate',
    cron: null,
    rrule: null,
    timezone: null,
    run_at: null,
    after: null,
    on_demand: false,
    start_at: null,
    end_at: null,
    max_runs: null,
    spread: null,
    calendar: null,
    payload: { days_old: 30 },
    overlap: 'skip',
    catch_up: 'once',
    timeout: '30m',
    expire_after: null,
    priority: 'normal',
    max_running: null,
    only_if: null,
    max_attempts: 3,
    backoff: { initial: '10s', max: '1h', factor: 2, jitter: 0.1 },
    tags: [],
    pause_after: 'none',
    expect: null,
    alerts: [],
    damaged: [],
    ping_url: null,
    status: 'active',
    pause: null,
    health: { status: 'ok', reason: null, since: null },
    is_running: false,
    last_run: '2026-01-31T09:00:00.000Z',
    last_status: 'succeeded',
    next_run: '2026-01-31T09:05:00.000Z',
    next_slot: '2026-01-31T09:05:00.000Z',
    runs_made: null,
    origin: 'api',
    declaration: null,
    created_by: 'user:1',
    created_at: '2026-01-31T08:00:00.000Z',
    updated_at: '2026-01-31T08:00:00.000Z',
    recent_runs: null,
    ...fields,
  };
}

/** An error answer of the server, for tests. */
export function exampleRefusal(
  status: number,
  fields: Partial<ConstructorParameters<typeof ApiError>[0]> = {},
): ApiError {
  return new ApiError({
    status,
    title: 'No',
    detail: 'No.',
    faults: [],
    requestId: undefined,
    retryAfterMs: undefined,
    ...fields,
  });
}
