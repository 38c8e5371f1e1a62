import { expect, test } from 'vitest';
import { fits } from './payload-draft.ts';
import { payloadField } from './payload-fields.ts';
import { withoutSecrets } from './secret-value.ts';

test('the control of a secret field shows a text and the name of a stored secret, and nothing else', () => {
  const root = payloadField({ type: 'object', properties: { token: { type: 'string', secret: true } } });
  const field = root.kind === 'object' ? root.members[0]?.field : undefined;
  if (field === undefined) throw new Error('no field');
  expect(field).toMatchObject({ kind: 'text', isSecret: true });
  for (const value of ['[secret]', '', { $secret: 'API_KEY' }]) expect(fits(field, value)).toBe(true);
  for (const value of [{ $secret: 1 }, { $secret: 'A', b: 1 }, {}, 1]) expect(fits(field, value)).toBe(false);
});

test('what was typed into a secret field is hidden in a review, and what stays or is a name is not', () => {
  const payload = {
    a: 'hunter2',
    b: '[secret]',
    c: { $secret: 'API_KEY' },
    list: [{ d: 'hunter2' }],
    e: 'shown',
  };
  expect(withoutSecrets(payload, ['/a', '/b', '/c', '/list/*/d'])).toEqual({
    a: '[secret], a new value',
    b: '[secret]',
    c: { $secret: 'API_KEY' },
    list: [{ d: '[secret], a new value' }],
    e: 'shown',
  });
});
