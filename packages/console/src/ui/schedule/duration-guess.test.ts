import { expect, test } from 'vitest';
import { guessDuration } from './duration-guess.ts';

test.each([
  ['5 minutes', '5m'],
  ['every 5 min', '5m'],
  ['5', '5m'],
  ['1 hour and 30 minutes', '1h30m'],
  ['1 h 30 m', '1h30m'],
  ['1,5 hours', '1.5h'],
  ['2d', '48h'],
  ['1 week', '168h'],
  ['hour', '1h'],
  ['500 ms', '500ms'],
  ['5M', '5m'],
])('%s means %s', (text, duration) => expect(guessDuration(text)).toBe(duration));

test.each(['', '5m', '1h30m', 'soon', '5 parsecs', 'm', '-5m', '1:30'])('%s has no suggestion', (text) =>
  expect(guessDuration(text)).toBeUndefined(),
);
