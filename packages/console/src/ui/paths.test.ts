import { expect, test } from 'vitest';
import {
  comparePath,
  copyPath,
  decodedId,
  editPath,
  failuresPath,
  jobPath,
  newDailyJobPath,
  runPath,
} from './paths.ts';

test.each([
  'mail',
  'A.b_c-9',
  'a%2Fb',
  '100%',
  '%',
  'a/b=c?d#e',
  'قائمة',
  '\u{1F6B2}',
  'new',
  'NEW',
  'newer',
])('an id comes back from a path as it was: %s', (id) => {
  const [, , part = '', ...more] = jobPath(id).split('/');
  expect(decodedId(part)).toBe(id);
  expect(more).toEqual([]);
  expect(new URL(jobPath(id), 'http://host').pathname).toBe(jobPath(id));
});

test('every valid id survives in a path, and none leads to the form for a new job', () => {
  expect(jobPath('A.b_c-9')).toBe('/jobs/A.b_c-9');
  expect(editPath('mail')).toBe('/jobs/mail/edit');
  expect(copyPath('mail')).toBe('/jobs/new?copy=mail');
  expect(runPath('7')).toBe('/runs/7');
  expect(['new', 'New'].map(jobPath)).toEqual(['/jobs/%6eew', '/jobs/%4eew']);
});

test("what can't be decoded is taken as it stands", () => {
  expect(decodedId('50%')).toBe('50%');
});

test('links to failures, to a comparison and to the form for a daily job have their values in the query', () => {
  expect(failuresPath()).toBe('/failures?range=7d');
  expect(failuresPath({ job_id: 'mail' })).toBe('/failures?job_id=mail&range=7d');
  expect(comparePath('1', '2')).toBe('/compare?a=1&b=2');
  expect(comparePath(undefined, '2')).toBe('/compare?b=2');
  const daily = new URL(newDailyJobPath({ hour: 3, minute: 15, timezone: 'Europe/Berlin' }), 'http://host');
  expect(Object.fromEntries(daily.searchParams)).toEqual({ cron: '15 3 * * *', timezone: 'Europe/Berlin' });
});
