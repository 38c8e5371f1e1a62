import { expect, test } from 'vitest';
import { withShared } from './shared-schemas.ts';

const thing = { type: 'object', title: 'Thing', properties: { title: { type: 'string' } } };
const reference = { $ref: '#/components/schemas/Thing' };

test('a schema with a title is written once, and what is said of it stays where it is said', () => {
  const schemas = {};
  const source = { a: thing, b: [{ ...thing, description: 'One more' }], c: { items: thing } };
  expect(withShared(source, schemas)).toEqual({
    a: reference,
    b: [{ ...reference, description: 'One more' }],
    c: { items: reference },
  });
  expect(schemas).toEqual({ Thing: thing });
  expect(source.a).toBe(thing);
});

test('a schema is taken for another of its name only when they differ in nothing but words', () => {
  const words = { type: 'object', properties: { title: { type: 'string', description: 'A name' } } };
  expect(withShared(thing, { Thing: words })).toEqual(reference);
  const other = { type: 'object', title: 'Thing', properties: { name: { type: 'string' } } };
  expect(withShared([thing, other], {})).toEqual([reference, other]);
});

test('a field that is called title is no title', () => {
  const titled = { type: 'object', properties: { title: { type: 'string' } } };
  expect(withShared(titled, {})).toEqual(titled);
});
