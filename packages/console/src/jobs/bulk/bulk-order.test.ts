import { ConnectionError } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { exampleJob, exampleRefusal } from '../../../test/examples.ts';
import { markOf } from '../../data/job-mark.ts';
import { jobsText } from '../../ui/text/jobs-text.ts';
import { failureText, latestMarks, progressText, resultText, Superseded, stopsAll } from './bulk-order.ts';

const mark = (id: string) => markOf(exampleJob({ id, uid: `uid-${id}` }));

const FAULT = exampleRefusal(409);
const MIXED = {
  done: [mark('a'), mark('b')],
  failed: [{ item: mark('c'), error: FAULT }],
  left: [mark('d')],
};

test('counts of jobs use singular and plural', () => {
  expect([0, 1, 2, 1_234].map(jobsText)).toEqual(['0 jobs', '1 job', '2 jobs', '1,234 jobs']);
  expect(progressText('pause', 3, 12)).toBe('Pausing: 3 of 12 jobs');
});

test('the result says how many were done, failed and not tried', () => {
  expect(resultText('delete', MIXED)).toBe('2 jobs deleted, 1 failed, 1 not tried.');
  expect(resultText('resume', { done: [mark('a')], failed: [], left: [] })).toBe('1 job resumed.');
});

test('only superseded jobs come back in their latest version', () => {
  const latest = { ...mark('c'), version: 4 };
  const result = {
    ...MIXED,
    failed: [...MIXED.failed, { item: mark('c'), error: new Superseded(mark('c'), latest) }],
  };
  expect(latestMarks(result)).toEqual([latest]);
});

test('each failure has a text', () => {
  expect(failureText(new Superseded(mark('a'), { ...mark('a'), version: 2 }))).toMatch(
    /someone else changed this job/i,
  );
  expect(failureText(new Superseded(mark('a'), { ...mark('a'), uid: 'new' }))).toMatch(
    /created another one with the same id/,
  );
  expect(failureText(FAULT)).toBe('No.');
  expect(failureText(new ConnectionError('no_answer', 'No.'))).toMatch(/may or may not have changed/);
});

test('only an error that all jobs share stops the action', () => {
  expect([401, 403].map((status) => stopsAll(exampleRefusal(status)))).toEqual([true, true]);
  expect([404, 409, 412, 422, 429, 500, 503].some((status) => stopsAll(exampleRefusal(status)))).toBe(false);
  expect(stopsAll(new ConnectionError('no_answer', 'The server does not answer.'))).toBe(true);
  expect(stopsAll(new Error('a fault of this page'))).toBe(false);
});
