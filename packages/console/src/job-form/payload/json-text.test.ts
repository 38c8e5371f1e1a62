import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson, textOf } from './json-text.ts';
import { BLANK, toJson, written } from './json-value.ts';

describe('parseJson', () => {
  test.each([
    ['', 1, 1, 'expected a value'],
    ['{', 1, 2, 'expected a name in double quotes'],
    ['{"a"}', 1, 5, 'expected a colon after the name'],
    ['{"a": }', 1, 7, 'expected a value'],
    ['{"a": 1 "b": 2}', 1, 9, 'expected a comma or }'],
    ['{"a": 1,}', 1, 9, 'expected a name in double quotes'],
    ['{\n  "a": 1,\n  b: 2\n}', 3, 3, 'expected a name in double quotes'],
    ['[1, 2', 1, 6, 'expected a comma or ]'],
    ['[1,]', 1, 4, 'expected a value'],
    ['[1]]', 1, 4, 'unexpected text after the value'],
    ['01', 1, 2, 'unexpected text after the value'],
    ["'a'", 1, 1, 'expected a value'],
    ['"a', 1, 3, 'expected a closing "'],
    ['"a\\q"', 1, 3, 'unknown escape; write a backslash as \\\\'],
    ['"a\tb"', 1, 3, 'write a line break as \\n and a tab as \\t'],
    ['[1e999]', 1, 2, 'the number is too large'],
  ])('says where %j is not JSON', (text, line, column, detail) => {
    expect(parseJson(text)).toEqual({ ok: false, fault: { line, column, detail } });
  });

  test('accepts exactly what JSON.parse accepts', () => {
    fc.assert(
      fc.property(damagedJson(), (text) => {
        const parsed = parseJson(text);
        if (parsed.ok) expect(JSON.stringify(parsed.value)).toBe(JSON.stringify(JSON.parse(text)));
        else if (parsed.fault.detail !== 'the number is too large')
          expect(() => JSON.parse(text)).toThrow(SyntaxError);
      }),
      { numRuns: 2_000 },
    );
  });

  test('handles a text of brackets only', () => {
    expect(parseJson('['.repeat(100_000)).ok).toBe(false);
  });
});

/** JSON, unchanged or with one character removed, inserted or doubled. */
function damagedJson(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '', ',', '"', '}', ']', ':', '\\', '0', '-', ' ', 'e', '\n'),
      fc.nat(1),
    )
    .map(([json, place, inserted, removed]) => {
      const at = place % (json.length + 1);
      return json.slice(0, at) + inserted + json.slice(at + removed);
    });
}

describe('textOf', () => {
  test('writes a value as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(textOf(toJson(value))).toBe(JSON.stringify(toJson(value), null, 2));
      }),
    );
  });

  test('keeps parts being typed, and writes a blank as null', () => {
    const value = { days: written('3x', 'number'), rules: [written('{ "a": ', 'json'), BLANK] };
    expect(textOf(value)).toBe('{\n  "days": 3x,\n  "rules": [\n    { "a": ,\n    null\n  ]\n}');
  });
});
