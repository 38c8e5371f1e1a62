import type { JobAuditRecord } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { actionChoices, auditSentence } from './audit-sentence.ts';

/** The sentence about a change of the job "Import", or of its run 7. */
function sentence(action: string, change: object = {}, other: Partial<JobAuditRecord> = {}): string {
  const target = action.startsWith('run.') ? '7' : 'import';
  const at = '2026-01-31T09:00:00.000Z';
  const of = { job_id: 'import', job_name: 'Import' };
  const record = { id: '1', at, actor: 'user:1', action, target, ...of, change, ...other };
  return auditSentence(record)
    .map((part) => {
      if (part.kind === 'job') return 'Import';
      if (part.kind === 'time') return part.at;
      return part.kind === 'run' ? `${part.text} (${part.id})` : part.text;
    })
    .join(' ')
    .replaceAll(/ ([:,])/g, '$1');
}

test('a pause says until when and why', () => {
  expect(sentence('job.pause', { reason: 'maintenance' })).toBe('paused Import: maintenance');
  const until = '2026-12-07T09:00:00.000Z';
  expect(sentence('job.pause', { reason: 'stock', until })).toBe(`paused Import until ${until}: stock`);
  expect(sentence('jobs.pause_all', { reason: 'upgrade' }, { target: 'all', job_id: null })).toBe(
    'paused all jobs: upgrade',
  );
});

test('a command on many jobs or runs says how many', () => {
  const target = { target: 'bulk command 7', job_id: null };
  expect(sentence('jobs.bulk_pause', { total: 1_200, reason: 'upgrade' }, target)).toBe(
    'paused 1,200 jobs with one command: upgrade',
  );
  expect(sentence('runs.bulk_retry', { total: 1 }, target)).toBe('retried 1 run with one command');
  expect(sentence('bulk_command.cancel', {}, target)).toBe('cancelled a command on many jobs or runs');
});

test('a run by hand, by code, again and for later are told apart', () => {
  expect(sentence('job.trigger')).toBe('ran Import by hand');
  expect(sentence('job.trigger', {}, { actor: 'system' })).toBe('started a run of Import');
  expect(sentence('job.trigger', { retryOf: '5' })).toBe('ran a run (5) of Import again');
  expect(sentence('job.trigger', { runAt: 0 })).toBe(
    'requested a run of Import for 1970-01-01T00:00:00.000Z',
  );
});

test('a cancel names the run and its job, as long as the run is kept', () => {
  expect(sentence('run.cancel', { force: false })).toBe('cancelled a run (7) of Import');
  expect(sentence('run.cancel', { force: true })).toBe('cancelled a run (7) of Import by force');
  expect(sentence('run.cancel', {}, { job_id: null, job_name: null })).toBe(
    'cancelled run 7, which is no longer kept',
  );
});

test('the sentence about a backfill names its range of time', () => {
  const change = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
  expect(sentence('job.backfill', change)).toBe(
    'started a backfill of Import from 2026-01-01T00:00:00.000Z to 2026-01-02T00:00:00.000Z',
  );
});

test('a drain names the machine of the node, a secret its name', () => {
  const node = { target: '0b5e9a3c', job_id: null };
  expect(sentence('node.drain', { host: 'web-1', pid: 42 }, node)).toBe(
    'drained the node web-1 (process 42)',
  );
  expect(sentence('node.resume', {}, node)).toBe('resumed the node 0b5e9a3c');
  expect(sentence('secret.put', {}, { target: 'API_KEY', job_id: null })).toBe('set the secret API_KEY');
});

// The compiler holds that each action of the engine is in this list.
test('every action that the engine records has a label and a sentence of its own', () => {
  const choices = actionChoices(undefined);
  expect(new Set(choices.map(({ label }) => label)).size).toBe(choices.length);
  for (const { value } of choices) {
    expect(sentence(value), value).not.toContain(value);
    expect(sentence(value), value).toMatch(/^[a-z]+ed |^set |^ran |^sent |^took /);
  }
});

test('an action of a newer server, or a change of another shape, is still a sentence', () => {
  expect(sentence('job.polish')).toBe('job.polish Import');
  expect(sentence('job.pause', [])).toBe('paused Import');
  expect(sentence('lamp.light', {}, { target: 'hall', job_id: null })).toBe('lamp.light hall');
  expect(actionChoices('lamp.light')[0]).toEqual({ value: 'lamp.light', label: 'lamp.light' });
  expect(actionChoices('job.edit').map(({ value }) => value)).toContain('job.edit');
});
