import { expect, test } from 'vitest';
import { changedFields } from './payload-fields.ts';

test.each([
  ['{"a":1,"b":[2]}', '{"a":1,"b":[2]}', []],
  ['{"a":1,"b":[2]}', '{"a":1,"b":[3]}', ['b']],
  ['{"a":1}', '{"b":1}', ['a', 'b']],
  ['{}', '{"z":null,"a":{"x":1}}', ['a', 'z']],
  ['{"__proto__":1}', '{"__proto__":2}', ['__proto__']],
])('%s and %s differ in %j', (before, after, fields) => {
  expect(changedFields(before, after)).toEqual(fields);
});
