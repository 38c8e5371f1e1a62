import type { Me } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { signInAgainHint, viewerOf } from './viewer.ts';

const ANN: Me = {
  id: '1',
  kind: 'user',
  name: 'Ann',
  email: 'ann@example.com',
  role: 'admin',
  must_change_password: false,
};
const TOKEN: Me = {
  id: '2',
  kind: 'api_token',
  name: 'robot',
  email: null,
  role: 'admin',
  must_change_password: false,
};

test('a user continues as the same user, and an API token with any token', () => {
  expect(viewerOf({ ...ANN, role: 'operator' })).toBe(viewerOf(ANN));
  expect(viewerOf({ ...TOKEN, id: '3' })).toBe(viewerOf(TOKEN));
  expect(new Set([ANN, { ...ANN, id: '4' }, TOKEN].map(viewerOf)).size).toBe(3);
  expect(signInAgainHint(ANN)).toMatch(/same user/);
  expect(signInAgainHint(TOKEN)).toMatch(/with an API token to continue/);
});
