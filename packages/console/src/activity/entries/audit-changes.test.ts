import type { JobAuditRecord } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { auditEntries } from './audit-changes.ts';

let nextId = 100;
function record(action: string, change: unknown): JobAuditRecord {
  nextId -= 1;
  return {
    id: `jobs-${nextId}`,
    at: '2026-01-31T09:00:00.000Z',
    actor: 'user:1',
    action,
    target: 'nightly-cleanup',
    job_id: 'nightly-cleanup',
    job_name: 'Nightly cleanup',
    change,
  };
}

const DEFAULTS = {
  type: 't',
  timeout: '30m',
  max_attempts: 3,
  backoff: { initial: '10s', max: '1h', factor: 2, jitter: 0.1 },
  pause_after: 'none' as const,
  defaults: { days_old: 30 },
};

const CREATED = { id: 'a', name: 'Old', type: 't', interval: '60m' };
const WHOLE = {
  ...CREATED,
  description: '',
  interval: '1h',
  intervalMode: 'fixed_rate',
  payload: { days_old: 30 },
  overlap: 'skip',
  catchUp: 'once',
  timeout: '30m',
  maxAttempts: 3,
  backoff: DEFAULTS.backoff,
};

const changesOf = (newer: object, older: object = CREATED) =>
  auditEntries([record('job.edit', newer), record('job.create', older)], [DEFAULTS])[0]?.changes;

test('an edit lists the differences from the definition before it, under their API names', () => {
  expect(changesOf({ ...WHOLE, name: 'New', catchUp: 'skip' })).toEqual([
    { field: 'catch_up', before: 'once', after: 'skip' },
    { field: 'name', before: 'Old', after: 'New' },
  ]);
});

test('a field left out equals its written-out default', () => {
  expect(changesOf(WHOLE)).toEqual([]);
});

test('a failure budget is compared by its figures, and none by the default of the type', () => {
  expect(changesOf({ ...WHOLE, pauseAfter: 'none' })).toEqual([]);
  expect(changesOf({ ...WHOLE, pauseAfter: { failures: 3, ofLast: 3 } })).toEqual([
    { field: 'pause_after', before: 'none', after: '3 of 3' },
  ]);
  const before = { ...CREATED, pauseAfter: { failures: 3 } };
  expect(changesOf({ ...WHOLE, pauseAfter: { failures: 3, ofLast: 3 } }, before)).toEqual([]);
});

test('a job that runs after another one queues a run by default, and its gate is compared part by part', () => {
  const { interval: _interval, ...named } = CREATED;
  const { interval: _every, intervalMode: _mode, ...whole } = WHOLE;
  const created = { ...named, after: { job: 'import' }, onlyIf: { job: 'stock', succeededWithin: '24h' } };
  const saved = { ...whole, ...created, overlap: 'queue', after: { job: 'import', on: 'succeeded' } };
  expect(changesOf(saved, created)).toEqual([]);
  const edited = { ...saved, onlyIf: { job: 'stock', succeededWithin: '48h' } };
  expect(changesOf(edited, created)).toEqual([
    { field: 'only_if.succeeded_within', before: '24h', after: '48h' },
  ]);
});

test('a new job lists its fields as people write them: lists, budgets and expectations have no JSON', () => {
  const job = {
    id: 'a',
    tags: ['eu', 'billing'],
    pauseAfter: { failures: 3 },
    expect: { successWithin: '2h' },
  };
  const [entry] = auditEntries([record('job.create', job)], [DEFAULTS]);
  expect(entry?.changes).toEqual([
    { field: 'id', after: 'a' },
    { field: 'tags', after: 'eu, billing' },
    { field: 'pause_after', after: '3 of 3' },
    { field: 'expect.success_within', after: '2h' },
  ]);
});

test('a payload is compared key by key', () => {
  expect(changesOf({ ...WHOLE, payload: { days_old: 7, dry: true } })).toEqual([
    { field: 'payload.days_old', before: '30', after: '7' },
    { field: 'payload.dry', after: 'true' },
  ]);
});

test('another kind of schedule replaces the one before', () => {
  const { interval: _, intervalMode: __, ...rest } = WHOLE;
  const changes = changesOf({ ...rest, cron: '0 9 * * *', timezone: 'UTC' });
  expect(changes).toContainEqual({ field: 'interval', before: '60m' });
  expect(changes).toContainEqual({ field: 'cron', after: '0 9 * * *' });
});

test('the newest earlier definition counts', () => {
  const entries = auditEntries(
    [
      record('job.edit', { ...WHOLE, name: 'C' }),
      record('job.pause', { reason: 'stock' }),
      record('job.edit', { ...WHOLE, name: 'B' }),
      record('job.create', { ...WHOLE, name: 'A' }),
    ],
    [DEFAULTS],
  );
  expect(entries[0]?.changes).toEqual([{ field: 'name', before: 'B', after: 'C' }]);
  expect(entries[1]).toMatchObject({ changes: [] });
});

test('a recreated job is not compared with the deleted one', () => {
  const entries = auditEntries(
    [record('job.edit', WHOLE), record('job.delete', {}), record('job.create', CREATED)],
    [DEFAULTS],
  );
  expect(entries[0]?.isWhole).toBe(true);
});

test('without an earlier definition, an edit lists all new values', () => {
  const [entry] = auditEntries([record('job.edit', { ...WHOLE, name: 'New' })], [DEFAULTS]);
  expect(entry?.isWhole).toBe(true);
  expect(entry?.changes).toContainEqual({ field: 'name', after: 'New' });
});

test('an unexpected change is ignored', () => {
  expect(auditEntries([record('job.polish', null)], [])[0]).toMatchObject({ changes: [] });
});

test('an edit is compared with an earlier definition of the same job', () => {
  const other = { ...record('job.create', { ...CREATED, name: 'Other' }), target: 'other' };
  const entries = auditEntries([record('job.edit', WHOLE), other, record('job.create', CREATED)], [DEFAULTS]);
  expect(entries[0]).toMatchObject({ changes: [], isWhole: false });
});

test('a run by hand shows the payload of its own, and not what its sentence says', () => {
  const [run] = auditEntries([record('job.trigger', { payload: '{"days":1}', retryOf: '5' })], []);
  expect(run?.changes).toEqual([{ field: 'payload', after: '{"days":1}' }]);
});
