import type { Job, JobType } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { definitionAfterPatch, definitionAfterPut, definitionOf, isSameDefinition } from './definition.ts';
import { definitionDiff } from './definition-diff.ts';

const AT = '2026-01-31T09:00:00.000Z';

const type: JobType = {
  type: 'clean',
  description: '',
  version: 1,
  isolation: 'thread',
  timeout: '30m',
  max_attempts: 3,
  backoff: { initial: '10s', max: '1h', factor: 2, jitter: 0.1 },
  pause_after: 'none',
  limits: null,
  payload_schema: {
    type: 'object',
    properties: {
      days_old: { type: 'integer', default: 30 },
      mail: { type: 'object', properties: { from: { type: 'string', default: 'us' } } },
    },
  },
  defaults: { days_old: 30 },
  secret_fields: [],
  operators_may_set: [],
};

const job: Job = {
  id: 'a',
  uid: 'u1',
  recent_runs: null,
  version: 1,
  name: 'A',
  description: '',
  type: 'clean',
  interval: '1h',
  interval_mode: 'fixed_rate',
  cron: null,
  timezone: null,
  run_at: null,
  on_demand: false,
  after: null,
  start_at: null,
  end_at: null,
  max_runs: null,
  rrule: null,
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
  last_run: null,
  last_status: null,
  next_run: AT,
  next_slot: AT,
  runs_made: null,
  origin: 'api',
  declaration: null,
  created_by: null,
  created_at: AT,
  updated_at: AT,
};

const after = (body: Readonly<Record<string, unknown>>) =>
  definitionAfterPut(body, { id: 'a', type, now: job });
const least = { id: 'a', name: 'A', type: 'clean', interval: '1h' };

test.each([
  ['the least that can be said', {}],
  ['all defaults said', { description: '', interval_mode: 'fixed_rate', overlap: 'skip', catch_up: 'once' }],
  ['a duration in other words', { interval: '60m', timeout: '1800s' }],
  ['a part of the backoff', { backoff: { initial: '10000ms' } }],
  ['an empty payload', { payload: {} }],
  ['a whole payload', { payload: { days_old: 30 } }],
  ['on_demand: false', { on_demand: false }],
  ['no tags', { tags: [] }],
])('a job is what a file says: %s', (_what, more) => {
  expect(isSameDefinition(definitionOf(job), after({ ...least, ...more }))).toBe(true);
});

test.each([
  ['another interval', { interval: '2h' }],
  ['another payload', { payload: { days_old: 31 } }],
  ['a part of a payload with a default', { payload: { mail: {} } }],
  ['an unknown field', { nonsense: 1 }],
  ['a value of another kind', { max_attempts: '3' }],
])('a job is not what a file says: %s', (_what, more) => {
  expect(isSameDefinition(definitionOf(job), after({ ...least, ...more }))).toBe(false);
});

test('a watched job is what a file says in other words', () => {
  const watched: Job = {
    ...job,
    tags: ['billing', 'eu'],
    pause_after: { failures: 3, of_last: 3 },
    expect: { success_within: '1h', duration: null, start_within: null },
  };
  const body = {
    ...least,
    tags: ['eu', 'billing', 'eu'],
    pause_after: { failures: 3 },
    expect: { success_within: '60m' },
  };
  const put = definitionAfterPut(body, { id: 'a', type, now: watched });
  expect(put).toEqual(definitionOf(watched));
  expect(definitionAfterPut({ ...least }, { id: 'a', type, now: watched })).not.toEqual(put);
});

test('a job with ends and a spread is what a file says in other words', () => {
  const bound: Job = { ...job, end_at: AT, max_runs: 3, spread: '10m' };
  const said = { end_at: '2026-01-31T10:00:00+01:00', max_runs: 3, spread: '600s' };
  expect(definitionAfterPut({ ...least, ...said }, { id: 'a', type, now: bound })).toEqual(
    definitionOf(bound),
  );
  expect(definitionOf(bound)).toMatchObject({ end_at: AT, max_runs: 3, spread: '10m' });
  expect(definitionAfterPatch(bound, { end_at: null, max_runs: null, spread: null }, type)).toEqual(
    definitionOf(job),
  );
  const once = definitionAfterPatch(bound, { run_at: AT }, type);
  for (const name of ['end_at', 'max_runs', 'spread']) expect(once).not.toHaveProperty(name);
});

test('a job without a failure budget keeps it, though its type has one by default', () => {
  const budget = { failures: 3, of_last: 5 };
  const strict: JobType = { ...type, pause_after: budget };
  const none = definitionOf(job);
  expect(none).toMatchObject({ pause_after: 'none' });
  const put = (body: Readonly<Record<string, unknown>>) =>
    definitionAfterPut(body, { id: 'a', type: strict, now: job });
  expect(put(none)).toEqual(none);
  expect(put(least)).toMatchObject({ pause_after: budget });
  const patched = definitionAfterPatch({ ...job, pause_after: budget }, { pause_after: 'none' }, strict);
  expect(patched).toMatchObject({ pause_after: 'none' });
  expect(definitionAfterPatch(job, { pause_after: null }, strict)).toMatchObject({ pause_after: budget });
});

test('a patch changes what it says, resets what is null, and replaces the kind of schedule', () => {
  expect(definitionAfterPatch(job, { name: 'B', max_attempts: null }, type)).toEqual({
    ...definitionOf(job),
    name: 'B',
  });
  const { interval: _interval, interval_mode: _mode, ...others } = definitionOf(job);
  expect(definitionAfterPatch(job, { cron: '0 3 * * *' }, type)).toEqual({
    ...others,
    cron: '0 3 * * *',
    timezone: 'UTC',
  });
});

test('a change is a unified diff, whose lines no terminal obeys', () => {
  const change = {
    before: definitionOf(job),
    after: after({ ...least, name: '\u001b[2J\u009b', interval: '2h' }),
  };
  const diff = definitionDiff({ ...change, id: 'a', by: 'jobs.yaml' });
  expect(diff.slice(0, 2)).toEqual(['--- a (now)', '+++ a (jobs.yaml)']);
  expect(diff).toContain('-interval: 1h');
  expect(diff).toContain('+interval: 2h');
  expect(diff.join('')).not.toMatch(/\p{Cc}/u);
  expect(definitionDiff({ before: undefined, after: definitionOf(job), id: 'a', by: 'x' })[0]).toBe(
    '--- /dev/null',
  );
  expect(definitionDiff({ before: definitionOf(job), after: definitionOf(job), id: 'a', by: 'x' })).toEqual(
    [],
  );
});
