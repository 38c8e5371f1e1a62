import { expect, test } from 'vitest';
import { readPayload } from './payload-input.ts';

test('a JSON object is a payload', () => {
  expect(readPayload('{ "days_old": 7 }')).toEqual({ ok: true, payload: { days_old: 7 } });
});

test.each(['[1]', 'null', '"text"', '7'])('%s is JSON but no payload', (text) => {
  expect(readPayload(text)).toEqual({
    ok: false,
    fault: 'A payload must be a JSON object, such as {"days": 30}.',
  });
});

test('invalid JSON gives an error', () => {
  expect(readPayload('{ days_old: 7 }')).toMatchObject({
    ok: false,
    fault: expect.stringContaining('Invalid JSON'),
  });
});
