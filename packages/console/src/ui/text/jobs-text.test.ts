import { expect, test } from 'vitest';
import { jobsText } from './jobs-text.ts';

test('a number of jobs has thousands separators, and only one job is singular', () => {
  expect([0, 1, 2, 1_234].map(jobsText)).toEqual(['0 jobs', '1 job', '2 jobs', '1,234 jobs']);
});
