import { expect, test } from 'vitest';
import { printable, printableJson, printableLines } from './printable.ts';

test.each([
  ['plain text, "quotes" and ünïcödé', 'plain text, "quotes" and ünïcödé'],
  ['\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
  ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['one\r\ntwo\tthree', 'one\\r\\ntwo\\tthree'],
  ['\u009b31m is a control sequence as well', '\\u009b31m is a control sequence as well'],
  ['\u202egnp.exe', '\\u202egnp.exe'],
  ['half \ud83d of an emoji', 'half \\ud83d of an emoji'],
  ['שלום 👩‍👩‍👧 مرحبا', 'שלום 👩‍👩‍👧 مرحبا'],
])('%j is printed so that a terminal obeys none of it', (text, printed) => {
  expect(printable(text)).toBe(printed);
});

test('a text of several lines keeps its lines, and nothing else that moves the cursor', () => {
  expect(printableLines('a\r\n\tb\u001b[2J\nc\rd')).toEqual(['a', '    b\\u001b[2J', 'c\\rd']);
});

test('JSON is the same value, and obeyed by no terminal', () => {
  const value = { name: '\u009b2J\u202e\u007f\u001b', text: 'a\nb' };
  for (const indent of [undefined, 2]) {
    const printed = printableJson(value, indent);
    expect(JSON.parse(printed)).toEqual(value);
    expect(printed.replaceAll('\n', '')).toMatch(/^[ -~]*$/);
  }
});
