import { expect, it } from 'vitest';
import { stackFrames } from './stack-frames.ts';

it('the frames of a stack begin below its name and message', () => {
  const frames = '    at read (/app/rates.ts:4:9)\n    at async run (/app/rates.ts:9:3)';
  expect(stackFrames(`Error: no\nrates\n${frames}`)).toBe(frames);
});

it('a stack without frames has only a head, which is printed already', () => {
  expect(stackFrames('TypeError: fetch failed')).toBeUndefined();
});
