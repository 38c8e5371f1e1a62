import { expect, it } from 'vitest';
import { shownValue } from './shown-value.ts';

it('escapes what a terminal would obey, so that a refused value cannot forge a line of a log', () => {
  expect(shownValue('5 \u009b31mminutes')).toBe('"5 \\u009b31mminutes"');
  expect(shownValue('a\u007fb\u0085c\u2028d\u202ee\u2066f\n')).toBe(
    '"a\\u007fb\\u0085c\\u2028d\\u202ee\\u2066f\\n"',
  );
  expect(JSON.parse(shownValue('a\u007fb\u0085c\u2028d'))).toBe('a\u007fb\u0085c\u2028d');
});

it('escapes marks of direction and the byte order mark, which nobody sees', () => {
  expect(shownValue('a\u200eb\u200fc\u061cd\ufeff')).toBe('"a\\u200eb\\u200fc\\u061cd\\ufeff"');
});

it('shows other texts as they are', () => {
  expect(shownValue('5 Minuten für "Ä" 🌿')).toBe('"5 Minuten für \\"Ä\\" 🌿"');
});
