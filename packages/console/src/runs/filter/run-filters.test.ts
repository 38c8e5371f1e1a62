import { expect, test } from 'vitest';
import { payloadField, type RunFilters, readFilters, runsQuery, writeFilters } from './run-filters.ts';

test('the query of a URL restores the filters that it was written from', () => {
  const all: readonly RunFilters[] = [
    { statuses: [] },
    { statuses: ['queued', 'failed'], reason: 'timeout', trigger: 'manual', time: 'ended', range: '24h' },
    {
      statuses: ['failed'],
      job_id: 'mail',
      type: 'send_mail',
      tag: 'eu:west',
      node: 'api-1',
      error: 'a & b = c?',
      fingerprint: '0f1e2d3c4b5a6978',
      backfill_id: '750566184992768',
      payload: 'customer.id:a=b:c',
      from: '2026-01-31T09:00:00.000Z',
      to: '2026-01-31T10:00:00.000Z',
    },
  ];
  for (const filters of all) expect(readFilters(writeFilters(filters))).toEqual(filters);
});

test('unknown values in a URL mean the same as none', () => {
  expect(writeFilters({ statuses: [] })).toBe('');
  expect(
    readFilters(
      'status=sleeping&reason=constructor&trigger=x&time=queued&range=25h&from=soon&page=7&job_id=%20',
    ),
  ).toEqual({ statuses: [] });
  expect(readFilters('status=failed&status=sleeping')).toEqual({ statuses: ['failed'] });
  expect(readFilters('error=a%00b').error).toBe('ab');
});

test('a range that ends now begins before the time of each read, and replaces other bounds', () => {
  const filters = readFilters('range=1h&from=2020-01-01T00:00:00Z&status=failed');
  expect(runsQuery(filters, Date.parse('2026-01-31T10:00:00Z'))).toEqual({
    status: ['failed'],
    from: '2026-01-31T09:00:00.000Z',
  });
});

test.each([
  ['customer_id = 42', 'customer_id:42'],
  ['customer.id: a=b', 'customer.id:a=b'],
  ['note:', 'note:'],
  ['no separator', 'no separator'],
])('the payload field that is typed as %j is %j', (typed, field) => {
  expect(payloadField(typed)).toBe(field);
});

test('undefined removes a filter', () => {
  expect(writeFilters({ ...readFilters('job_id=mail&range=24h'), job_id: undefined })).toBe('range=24h');
});
