import { expect, test } from 'vitest';
import { createSecretMask } from './secret-mask.ts';

// Promise P40, secrets in payloads.
test('finds a value as it is, and as JSON, a URL and base64 write it; the longest value first', () => {
  const mask = createSecretMask(['pass "w" ö', 'pass']);
  expect(mask?.text('a pass "w" ö b')).toBe('a [secret] b');
  expect(mask?.text(JSON.stringify({ p: 'pass "w" ö' }))).toBe('{"p":"[secret]"}');
  expect(mask?.text(`?p=${encodeURIComponent('pass "w" ö')}`)).toBe('?p=[secret]');
  expect(mask?.text(Buffer.from('pass "w" ö').toString('base64'))).toMatch(/^\[secret\]=*$/);
  expect(mask?.text('passing')).toBe('[secret]ing');
});

test('keeps JSON valid: numbers become text, and keys are hidden, too', () => {
  const mask = createSecretMask([{ pin: 12345, words: ['hunter2'] }]);
  expect(mask?.json('{"pin":12345,"hunter2":[12345.5,"x hunter2"]}')).toBe(
    '{"pin":"[secret]","[secret]":[12345.5,"x [secret]"]}',
  );
  expect(mask?.json('{"untouched":1}')).toBe('{"untouched":1}');
});

test('hides each line of a value with several, and no value of less than 4 characters', () => {
  const mask = createSecretMask(['-----BEGIN-----\n  MIIEvQ\n--', 'abc', '']);
  expect(mask?.text('MIIEvQ abc --')).toBe('[secret] abc --');
  expect(createSecretMask(['abc', true, null])).toBeUndefined();
});
