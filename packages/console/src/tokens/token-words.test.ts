import { expect, test } from 'vitest';
import { policyWords, tokenState } from './token-words.ts';

test('the bounds of a policy are words, and a token without a policy has none', () => {
  expect(policyWords(null)).toEqual([]);
  expect(policyWords({ min_interval: '5m', max_jobs: 1, types: ['a', 'b'], tags: [] })).toEqual([
    'no job more often than every 5m',
    'at most 1 job',
    'types: a, b',
    'tags: none',
  ]);
  expect(policyWords({ max_jobs: 20 })).toEqual(['at most 20 jobs']);
});

test('a token works until it is revoked or expires, or its owner may no longer sign in', () => {
  const token = {
    revoked_at: null,
    expires_at: '2030-01-01T00:00:00.000Z',
    effective_role: 'admin',
  } as const;
  const now = Date.parse('2029-01-01T00:00:00.000Z');
  expect(tokenState(token, now)).toBe('works');
  expect(tokenState({ ...token, effective_role: null }, now)).toBe('owner cannot sign in');
  expect(tokenState({ ...token, effective_role: null }, Date.parse(token.expires_at))).toBe('expired');
  expect(tokenState({ ...token, revoked_at: '2028-01-01T00:00:00.000Z' }, now)).toBe('revoked');
});
