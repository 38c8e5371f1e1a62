import { expect, test } from 'vitest';
import { chosenAfter, chosenPair } from './choosing.ts';

test('two runs can be chosen, and a third one replaces the first', () => {
  expect(chosenAfter([], '1')).toEqual(['1']);
  expect(chosenAfter(['1', '2'], '1')).toEqual(['2']);
  expect(chosenAfter(['1', '2'], '3')).toEqual(['2', '3']);
});

test('the older run of a pair is the first, in whatever order they were chosen', () => {
  expect(chosenPair(['750566184992768'])).toBeUndefined();
  expect(chosenPair(['750566184992768', '99'])).toEqual(['99', '750566184992768']);
});
