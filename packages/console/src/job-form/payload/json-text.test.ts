import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson, textOf } from './json-text.ts';
import { BLANK, toJson, written } from './json-value.ts';

describe('parseJson', () => {
  test.each([
    ['', 1, 1, 'a value is missing here'],
    ['{', 1, 2, 'a name in double quotes is missing here'],
    ['{"a"}', 1, 5, 'a colon is missing after the name'],
    ['{"a": }', 1, 7, 'a value is missing here'],
    ['{"a": 1 "b": 2}', 1, 9, 'a comma or a closing } is missing here'],
    ['{"a": 1,}', 1, 9, 'a name in double quotes is missing here'],
    ['{\n  "a": 1,\n  b: 2\n}', 3, 3, 'a name in double quotes is missing here'],
    ['[1, 2', 1, 6, 'a comma or a closing ] is missing here'],
    ['[1,]', 1, 4, 'a value is missing here'],
    ['[1]]', 1, 4, 'nothing may follow here'],
    ['01', 1, 2, 'nothing may follow here'],
    ["'a'", 1, 1, 'a value is missing here'],
    ['"a', 1, 3, 'the closing " is missing'],
    ['"a\\q"', 1, 3, 'no such escape; a backslash itself is written \\\\'],
    ['"a\tb"', 1, 3, 'a line break or tab in a text is written \\n or \\t'],
    ['[1e999]', 1, 2, 'the number is too large'],
  ])('says where %j is not JSON', (text, line, column, detail) => {
    expect(parseJson(text)).toEqual({ ok: false, fault: { line, column, detail } });
  });

  test('takes what JSON.parse takes, and nothing else', () => {
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

  test('is not overwhelmed by a text of nothing but brackets', () => {
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

  test('leaves what is being written as it is, and takes a blank for null', () => {
    const value = { days: written('3x', 'number'), rules: [written('{ "a": ', 'json'), BLANK] };
    expect(textOf(value)).toBe('{\n  "days": 3x,\n  "rules": [\n    { "a": ,\n    null\n  ]\n}');
  });
});
