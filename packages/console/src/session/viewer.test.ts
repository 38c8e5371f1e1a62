import { expect, test } from 'vitest';
import { ANN, ROBOT, viewerWith } from '../../test/account-sessions.ts';
import { keyOf, signInAgainHint } from './viewer.ts';

const HOST = { actor: 'user:7', name: 'Ann', rights: ['read'] } as const;

test('a user continues as the same user, and an API token of GreenVue with any token', () => {
  expect(keyOf(viewerWith({ ...ANN, role: 'admin' }))).toBe(keyOf(viewerWith(ANN)));
  expect(keyOf(viewerWith({ ...ROBOT, id: '3' }))).toBe(keyOf(viewerWith(ROBOT)));
  const all = [viewerWith(ANN), viewerWith({ ...ANN, id: '4' }), viewerWith(ROBOT), HOST];
  expect(new Set(all.map(keyOf)).size).toBe(4);
  expect(signInAgainHint(viewerWith(ANN))).toMatch(/same user/);
  expect(signInAgainHint(viewerWith(ROBOT))).toMatch(/with an API token to continue/);
  expect(signInAgainHint(HOST)).toMatch(/a token of the same user/);
});
