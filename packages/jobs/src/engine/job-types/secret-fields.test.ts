import { expect, it } from 'vitest';
import { z } from 'zod';
import type { PayloadSchema } from '../../core/job-types/payload-schema.ts';
import { payloadRules } from './payload-rules.ts';

const secret = z.string().meta({ secret: true });
const pointersIn = (schema: PayloadSchema, listed: readonly string[] = []) => {
  const rules = payloadRules(schema, listed);
  if (typeof rules === 'string') return rules;
  return rules.secretFields.map(({ path, isSealed }) => `/${path.join('/')}${isSealed ? '' : ' by name'}`);
};

// Promise P40, secrets in payloads.
it.each<[string, PayloadSchema, readonly string[]]>([
  ['a field', z.object({ a: secret, b: z.string() }), ['/a']],
  ['an optional field', z.object({ a: secret.optional() }), ['/a']],
  [
    'an optional field, marked outside',
    z.object({ a: z.string().optional().meta({ secret: true }) }),
    ['/a'],
  ],
  ['a nullable field', z.object({ a: secret.nullable() }), ['/a']],
  ['a field in a field', z.object({ a: z.object({ b: secret }) }), ['/a/b']],
  ['a whole object', z.object({ a: z.object({ b: secret }).meta({ secret: true }) }), ['/a']],
  ['the items of a list', z.object({ a: z.array(z.object({ b: secret })) }), ['/a/*/b']],
  ['a tuple', z.object({ a: z.tuple([z.string(), secret]) }), ['/a/1']],
  ['the values of a record', z.object({ a: z.record(z.string(), secret) }), ['/a/*']],
  ['alternatives', z.union([z.object({ a: secret }), z.object({ b: secret })]), ['/a', '/b']],
  ['several schemas', z.intersection(z.object({ a: secret }), z.object({ b: z.string() })), ['/a']],
  [
    'a definition that is used twice',
    (() => {
      const login = z.object({ password: secret }).meta({ id: 'Login' });
      return z.object({ a: login, b: login });
    })(),
    ['/a/password', '/b/password'],
  ],
  ['a field that may name a secret', z.object({ a: z.string().meta({ secret: 'by_name' }) }), ['/a by name']],
])('finds %s', (_, schema, expected) => {
  expect(pointersIn(schema)).toEqual(expected);
});

it('takes pointers for libraries that have no such mark', () => {
  const schema = z.object({ a: z.object({ b: z.string() }), 'c/d': z.record(z.string(), z.string()) });
  expect(pointersIn(schema, ['/a/b', '/c~1d/*'])).toEqual(['/a/b', '/c/d/*']);
  expect(pointersIn(schema, ['/a/x'])).toContain('"/a/x" is not a field of the payload');
  expect(pointersIn(schema, ['a'])).toContain('no JSON pointer');
});

it.each<[string, PayloadSchema, string]>([
  ['the whole payload', z.object({ a: z.string() }).meta({ secret: true }), 'mark its fields'],
  ['a default', z.object({ a: z.string().default('hunter2').meta({ secret: true }) }), 'remove the default'],
  [
    'another value of the mark',
    z.object({ a: z.string().meta({ secret: 'yes' }) }),
    'write true or "by_name"',
  ],
  [
    'a schema that contains itself',
    (() => {
      const node = z.object({
        token: secret,
        get kids() {
          return z.array(node).optional();
        },
      });
      return z.object({ node });
    })(),
    'contains itself',
  ],
])('refuses %s', (_, schema, message) => {
  expect(pointersIn(schema)).toContain(message);
});
