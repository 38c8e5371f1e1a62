import { expect, test } from 'vitest';
import { isAllowed } from './principal.ts';

test('an event stream continues for a principal with the role, until the password must be changed', () => {
  const operator = { id: 'ann', name: 'ann@example.com', role: 'operator', kind: 'user' } as const;
  expect(isAllowed(operator, 'operator')).toBe(true);
  expect(isAllowed({ ...operator, role: 'user' }, 'operator')).toBe(false);
  expect(isAllowed({ ...operator, mustChangePassword: true }, 'operator')).toBe(false);
});
