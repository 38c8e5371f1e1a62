import { expect, test } from 'vitest';
import { exampleJob } from '../../test/examples.ts';
import { whyNoChange, whyNoDelete, whyNoEdit, whyNoResume } from './declaration-words.ts';

const PLACE = 'src/jobs.ts:12';
const declared = exampleJob({ origin: 'code', declaration: { declared_in: PLACE, gone: null } });
const gone = exampleJob({
  origin: 'code',
  declaration: { declared_in: PLACE, gone: { since: '2026-01-31T09:00:00.000Z', release: 9 } },
});

test('D1: a job in code can be resumed, but not edited or deleted: the words say where it is declared', () => {
  expect(whyNoEdit(declared)).toContain(PLACE);
  expect(whyNoDelete(declared)).toContain(PLACE);
  expect(whyNoResume(declared)).toBeUndefined();
});

test('D9: a job that code no longer declares can only be deleted: the words name the release', () => {
  expect(whyNoEdit(gone)).toContain('Release 9');
  expect(whyNoResume(gone)).toContain('Release 9');
  expect(whyNoDelete(gone)).toBeUndefined();
});

test('all other jobs can be changed, also those of a server that does not send the field', () => {
  for (const job of [exampleJob(), {}])
    expect([whyNoEdit(job), whyNoDelete(job), whyNoResume(job)]).toEqual([undefined, undefined, undefined]);
});

test('a calendar in code cannot be changed. A calendar that a person has made can', () => {
  expect(whyNoChange({ created_by: 'code' })).toContain('declared in code');
  for (const created_by of [null, 'user:42', 'code:42']) expect(whyNoChange({ created_by })).toBeUndefined();
});
