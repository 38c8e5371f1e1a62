import { describe, expect, it } from 'vitest';
import { readResult } from './handler-result.ts';
import { safeJson, safeText } from './safe-text.ts';

const NO_MESSAGE = new Error('x');
Object.defineProperty(NO_MESSAGE, 'message', {
  get() {
    throw new Error('the message can not be read');
  },
});
const throwing = (error: unknown) => ({
  toJSON() {
    throw error;
  },
});
const NO_PROTOTYPE = new Proxy(new Error('x'), {
  getPrototypeOf() {
    throw new Error('the prototype can not be read');
  },
});
const BIG = Object.assign(new Error('x'), { message: 12n });
const NO_TEXT = Object.assign(() => undefined, {
  toString() {
    throw new Error('has no text');
  },
});

describe('what handlers give', () => {
  it.each([
    ['an error without a readable message', throwing(NO_MESSAGE), 'an error without a readable message'],
    ['an error that is a trap', throwing(NO_PROTOTYPE), 'an error without a readable message'],
    ['an error whose message is a number', throwing(BIG), '12'],
    ['an error', throwing(new Error('not now')), 'not now'],
    ['no error', throwing('a text'), 'an error without a readable message'],
  ])('never throws where its JSON throws %s', (_what, value, why) => {
    expect(readResult(value)).toEqual({ leftOut: `it is not JSON (${why})` });
    expect(JSON.parse(safeJson(value))).toEqual({ unserialisable: why });
    expect(safeText(value, 100)).toBe(JSON.stringify({ unserialisable: why }));
  });

  it('never throws where it has no text', () => {
    expect(safeText(NO_TEXT, 100)).toBe('has no text');
    expect(safeText(Symbol('s'), 100)).toBe('Symbol(s)');
  });
});
