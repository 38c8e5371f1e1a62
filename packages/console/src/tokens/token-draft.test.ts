import { expect, test } from 'vitest';
import { bodyOf, maxJobsFault, NEW_TOKEN } from './token-draft.ts';

const NOW = Date.parse('2030-01-01T00:00:00.000Z');

test('a token without bounds has no policy, and expires after the chosen days', () => {
  expect(bodyOf({ ...NEW_TOKEN, name: ' deploys ', days: 7 }, NOW)).toEqual({
    name: 'deploys',
    role: 'operator',
    expires_at: '2030-01-08T00:00:00.000Z',
  });
});

test('each bound that is filled in is part of the policy', () => {
  const draft = {
    ...NEW_TOKEN,
    minInterval: ' 5m',
    maxJobs: '20',
    types: ['http_request'],
    tags: 'eu, ,us ',
  };
  expect(bodyOf(draft, NOW).policy).toEqual({
    min_interval: '5m',
    max_jobs: 20,
    types: ['http_request'],
    tags: ['eu', 'us'],
  });
});

test('a number of jobs that is none is found before the server is asked', () => {
  expect(maxJobsFault('many')).toMatch(/number/);
  expect([maxJobsFault(''), maxJobsFault(' 20 ')]).toEqual([undefined, undefined]);
});
