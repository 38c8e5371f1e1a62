import { expect, test } from 'vitest';
import { auditQuery, readActivityFilters, writeActivityFilters } from './activity-filters.ts';

test('the filters come back from the URL that they were written to', () => {
  const filters = { actor: 'user:1', action: 'job.pause', job_id: 'import', range: '24h' } as const;
  expect(readActivityFilters(`?${writeActivityFilters(filters)}`)).toEqual(filters);
  expect(writeActivityFilters({ actor: undefined })).toBe('');
});

test('what no filter is in a URL is ignored', () => {
  expect(readActivityFilters('?who=me&range=2h&actor=%20&from=yesterday')).toEqual({});
});

test('a range without an end ends now', () => {
  expect(auditQuery({ range: '1h', job_id: 'a' }, 3_600_000)).toEqual({
    job_id: 'a',
    from: '1970-01-01T00:00:00.000Z',
  });
});
