import { expect, test } from 'vitest';
import { runJson } from './run.ts';
import { jsonLine, runCsv } from './run-export.ts';

function runWith(message: string) {
  const error = { attempt: 1, at: 0, reason: 'error', name: 'Error', message } as const;
  return runJson({
    jobId: 'a',
    jobName: 'A job',
    type: 'noop',
    run: {
      id: '1',
      jobUid: '2',
      trigger: 'manual',
      catchUp: false,
      missed: 0,
      queuedAt: 0,
      status: 'failed',
      reason: 'error',
      attempt: 1,
      recoveries: 0,
      finishedAt: 0,
      errors: [error],
      requestedBy: 'user:42',
    },
  });
}

const errorCell = (message: string) =>
  runCsv
    .line(runWith(message))
    .replace(/^(?:[^,]*,){18}/, '')
    .replace(/,,\r\n$/, '');

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=1'])(
  'no spreadsheet runs %j as a formula',
  (message) => {
    expect(errorCell(message)).toMatch(/^"?'/);
  },
);

test.each([
  ['plain', 'plain'],
  ['a, b', '"a, b"'],
  ['he said "no"', '"he said ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
])('writes %j as the cell %j', (message, cell) => {
  expect(errorCell(message)).toBe(cell);
});

test('a line has a cell for each column, empty where a run has no value', () => {
  expect(runCsv.header.split(',')).toHaveLength(21);
  expect(runCsv.line(runWith('no'))).toBe(
    '1,a,noop,failed,error,manual,,1970-01-01T00:00:00.000Z,,1970-01-01T00:00:00.000Z,1,,,user:42,,,,Error,no,,\r\n',
  );
  expect(JSON.parse(jsonLine(runWith('no')))).toEqual(runWith('no'));
});
