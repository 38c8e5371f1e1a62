import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLANK, moveItem, sameJson, setAt, toJson } from './json-value.ts';

describe('setAt', () => {
  const value = { a: 1, list: [{ b: 2 }, { b: 3 }] };

  test('sets a deep value and keeps the rest', () => {
    expect(setAt(value, ['list', 1, 'b'], 4)).toEqual({ a: 1, list: [{ b: 2 }, { b: 4 }] });
    expect(value.list[1]).toEqual({ b: 3 });
  });

  test('creates the objects on the path', () => {
    expect(setAt(undefined, ['a', 'b'], true)).toEqual({ a: { b: true } });
  });

  test('removes a key, and leaves a blank in a list', () => {
    expect(setAt(value, ['a'], undefined)).toEqual({ list: value.list });
    expect(setAt({ list: [1, 2] }, ['list', 0], undefined)).toEqual({ list: [BLANK, 2] });
  });

  test('treats __proto__ and similar names as keys', () => {
    const set = setAt({}, ['__proto__'], 1);
    expect(JSON.stringify(set)).toBe('{"__proto__":1}');
    expect(setAt({}, ['constructor', 'a'], 1)).toEqual({ constructor: { a: 1 } });
  });
});

describe('sameJson', () => {
  test('ignores the order of keys', () => {
    expect(sameJson({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toBe(true);
  });

  test.each([
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [null, {}],
    [0, false],
    ['1', 1],
    [{ constructor: 1 }, {}],
  ])('tells %j from %j', (a, b) => {
    expect(sameJson(toJson(a), toJson(b))).toBe(false);
    expect(sameJson(toJson(b), toJson(a))).toBe(false);
  });

  test('is true for a copy and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(sameJson(toJson(a), toJson(a))).toBe(true);
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        if (isSame) expect(sameJson(toJson(a), toJson(b))).toBe(true);
      }),
    );
  });
});

test('an item moved there and back is in its old place', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.nat(), fc.nat(), (list, a, b) => {
      const from = a % list.length;
      const to = b % list.length;
      const there = moveItem(list, from, to);
      expect(there[to]).toBe(list[from]);
      expect(moveItem(there, to, from)).toEqual(list);
    }),
  );
});
