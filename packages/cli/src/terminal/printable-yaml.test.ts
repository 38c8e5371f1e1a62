import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { printableYaml } from './printable-yaml.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\r',
      '\t',
      '\u001b',
      '\u0085',
      '\u2028',
      '\u202e',
      '\ufeff',
      '\ud83d',
      '"',
      ':',
      '-',
    ),
  }),
);

test('YAML is the same value, and obeyed by no terminal', () => {
  const value = fc.dictionary(text, fc.oneof(text, fc.array(text), fc.double({ noNaN: true }), fc.boolean()));
  fc.assert(
    fc.property(value, (given) => {
      const printed = printableYaml([given]);
      expect(parse(printed)).toEqual([{ ...given }]);
      expect(printed).not.toMatch(/[^\P{Cc}\n]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u);
    }),
  );
});

test('it looks like one that somebody wrote, where nothing has to be escaped', () => {
  expect(printableYaml({ name: 'Clean up', description: 'a\nb', title: '\u202eeman' })).toBe(
    'name: Clean up\ndescription: |-\n  a\n  b\ntitle: "\\u202eeman"\n',
  );
});
