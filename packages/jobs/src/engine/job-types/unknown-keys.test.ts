import { expect, it } from 'vitest';
import { closedSchema } from './closed-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { unknownKeys } from './unknown-keys.ts';

const text = { type: 'string' };
const named = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const closed = { additionalProperties: false };

const unknownIn = (schema: JsonSchema, value: unknown) =>
  unknownKeys(closedSchema(schema), value).map(({ path }) => path.join('/'));

it.each<[string, JsonSchema, JsonSchema]>([
  ['an object that names its properties', named({ a: text }), named({ a: text }, closed)],
  ['an object without properties', named({}), named({}, closed)],
  ['an object in an object', named({ a: named({}) }), named({ a: named({}, closed) }, closed)],
  [
    'the items of a list, and the values of a record',
    { type: 'object', additionalProperties: { type: 'array', items: named({}) } },
    { type: 'object', additionalProperties: { type: 'array', items: named({}, closed) } },
  ],
  [
    'each alternative',
    { anyOf: [named({ a: text }), named({ b: text })] },
    { anyOf: [named({ a: text }, closed), named({ b: text }, closed)] },
  ],
  [
    'what several schemas name together',
    { allOf: [named({ a: text }), named({ b: text })] },
    { allOf: [named({ a: text }), named({ b: text })], unevaluatedProperties: false },
  ],
  [
    'what an object and its alternatives name together',
    named({ a: text }, { oneOf: [named({ b: text }), named({ c: text })] }),
    named({ a: text }, { oneOf: [named({ b: text }), named({ c: text })], unevaluatedProperties: false }),
  ],
])('the JSON Schema refuses unknown keys in %s', (_, schema, expected) => {
  expect(closedSchema(schema)).toEqual(expected);
});

const A = named({ a: text }, { id: 'A' });
const B = named({ b: { $ref: '#/$defs/A' } }, { id: 'B' });
const both = { allOf: [{ $ref: '#/$defs/A' }, { $ref: '#/$defs/B' }], $defs: { A, B } };
const linked = { allOf: [named({ x: text }), named({ next: { $ref: '#' } })] };
const list = { $ref: '#/$defs/list', properties: { title: text }, $defs: { list: { allOf: [A, linked] } } };
it.each<[string, JsonSchema, unknown, readonly string[]]>([
  ['two definitions', both, { a: 'x', b: { a: 'y' } }, []],
  ['two definitions, and others', both, { a: 'x', b: { a: 'y', b: 1 }, c: 1 }, ['b/b', 'c']],
  [
    'two definitions of an older draft',
    { allOf: [{ $ref: '#/definitions/A' }, named({ b: text })], definitions: { A } },
    { a: 'x', c: 1 },
    ['c'],
  ],
  [
    'a definition and alternatives of definitions',
    {
      allOf: [{ $ref: '#/$defs/A' }, { anyOf: [{ $ref: '#/$defs/B' }, named({ c: text })] }],
      $defs: { A, B },
    },
    { a: 'x', b: { a: 'x' }, d: 'y' },
    ['d'],
  ],
  ['a definition and properties beside it', list, { a: 'x', x: 'y', title: 'z', titel: 1 }, ['titel']],
  [
    'a schema that joins itself',
    { allOf: [{ $ref: '#/$defs/n' }, named({ m: text })], $defs: { n: named({ n: { $ref: '#' } }) } },
    { m: 'x', n: { m: 'y', n: {}, o: 1 } },
    ['n/o'],
  ],
])('the keys of %s are known together', (_, schema, value, expected) => {
  expect(unknownIn(schema, value)).toEqual(expected);
});

it('a definition that stands alone elsewhere stays closed, and one that others join gets an open copy', () => {
  const closedDefinitions = { A: { ...A, ...closed }, B: { ...B, ...closed } };
  expect(closedSchema(both)).toEqual({
    allOf: [{ $ref: '#/$defs/A.joined' }, { $ref: '#/$defs/B.joined' }],
    unevaluatedProperties: false,
    $defs: { ...closedDefinitions, 'A.joined': A, 'B.joined': B },
  });
});

it.each<[string, JsonSchema]>([
  ['says what other keys may be', named({ a: text }, { additionalProperties: {} })],
  ['names no properties', { type: 'object' }],
  ['is of numbers', { type: 'number', allOf: [{ multipleOf: 2 }] }],
])('the JSON Schema stays as it is where it %s', (_, schema) => {
  expect(closedSchema(schema)).toEqual(schema);
});

const cat = named({ kind: { const: 'cat' }, lives: { type: 'integer' } }, { required: ['kind'] });
const dog = named({ kind: { const: 'dog' }, tricks: { type: 'array' } }, { required: ['kind'] });
const tree = named({ name: text, kids: { type: 'array', items: { $ref: '#' } } });

it.each<[string, JsonSchema, unknown, readonly string[]]>([
  ['of an object', named({ a: text }), { a: 'x', b: 1, c: 2 }, ['b', 'c']],
  ['of an object inside', named({ a: named({ b: text }) }), { a: { b: 'x', c: 1 } }, ['a/c']],
  ['of items', named({ a: { items: named({ b: text }) } }), { a: [{ b: 'x' }, { c: 1 }] }, ['a/1/c']],
  [
    'of the first items',
    named({ a: { prefixItems: [text, named({})], items: named({ b: text }) } }),
    { a: ['x', { b: 'y' }, { b: 'y', c: 1 }] },
    ['a/1/b', 'a/2/c'],
  ],
  ['of the values of a record', { additionalProperties: named({ a: text }) }, { x: { b: 1 } }, ['x/b']],
  [
    'that fit no pattern',
    named({ a: text }, { patternProperties: { '^x-': {} } }),
    { 'x-a': 1, y: 2 },
    ['y'],
  ],
  ['of the alternative with these constants', { oneOf: [cat, dog] }, { kind: 'dog', lives: 9 }, ['lives']],
  ['of no alternative', { anyOf: [cat, dog] }, { kind: 'cow', lives: 9, milk: 1 }, ['milk']],
  [
    'of none of several schemas',
    { allOf: [named({ a: text }), named({ b: text })] },
    { a: 1, b: 2, c: 3 },
    ['c'],
  ],
  [
    'of a schema that contains itself',
    tree,
    { name: 'x', kids: [{ kids: [{ nam: 'y' }] }] },
    ['kids/0/kids/0/nam'],
  ],
  [
    'of a definition',
    named({ a: { $ref: '#/$defs/b~1c' } }, { $defs: { 'b/c': named({ d: text }) } }),
    { a: { d: 'x', e: 1 } },
    ['a/e'],
  ],
  [
    'named like a property of Object',
    named({ a: text }),
    { constructor: 1, __proto: 2 },
    ['constructor', '__proto'],
  ],
])('a key is unknown %s', (_, schema, value, expected) => {
  expect(unknownIn(schema, value)).toEqual(expected);
});

it('alternatives that contain each other are searched once for each value', () => {
  const node = named({ kid: { anyOf: [{ $ref: '#' }, { $ref: '#/$defs/other' }] } });
  const schema = { ...node, $defs: { other: { ...node, title: 'other' } } };
  let value: unknown = { wrong: 1 };
  for (let level = 0; level < 200; level += 1) value = { kid: value };
  expect(unknownIn(schema, value)).toHaveLength(1);
});
