import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../core/model/errors.ts';
import { checkThrown, readThrown } from './thrown-error.ts';

const nested = (depth: number): Error =>
  new Error(`at ${depth}`, depth === 9 ? {} : { cause: nested(depth + 1) });

describe('the causes of an error that a handler threw', () => {
  it('are kept with their names, messages and codes', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    const tried = new AggregateError([refused, 'no more'], '', { cause: new RangeError('port') });
    const thrown = readThrown(Object.assign(new TypeError('fetch failed', { cause: tried }), { code: 7 }));
    expect(thrown).toMatchObject({ name: 'TypeError', message: 'fetch failed', code: '7', permanent: false });
    expect(thrown.causes).toMatchObject([
      { depth: 1, name: 'AggregateError', message: 'AggregateError' },
      { depth: 2, name: 'RangeError', message: 'port' },
      { depth: 2, message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ECONNREFUSED' },
      { depth: 2, name: 'Error', message: 'no more' },
    ]);
    expect(thrown.causes?.[2]?.stack).toContain('thrown-error.test.ts');
  });

  it('do not matter for a permanent error, recognized by class or name', () => {
    expect(readThrown(Object.assign(new PermanentError('x'), { name: 'Gone' })).permanent).toBe(true);
    expect(readThrown(Object.assign(new Error('x'), { name: 'PermanentError' })).permanent).toBe(true);
  });

  it('are absent when there are none', () => {
    expect(readThrown(new Error('alone'))).not.toHaveProperty('causes');
    expect(readThrown(new Error('alone', { cause: null }))).not.toHaveProperty('causes');
    expect(readThrown('text')).toEqual({ name: 'Error', message: 'text', permanent: false });
    expect(readThrown('').message).toBe('The handler threw an empty text.');
  });

  // Promise P18, bounds.
  it('are kept five levels deep, ten errors in all, and bounded', () => {
    expect(readThrown(nested(0)).causes?.map(({ depth }) => depth)).toEqual([1, 2, 3, 4, 5]);
    const [name, message, code, stack] = ['n', 'm', 'c', 's'].map((text) => text.repeat(1e5));
    const long = { name, message, code, stack };
    const many = Array.from({ length: 1_000 }, () => Object.assign(new Error(), long));
    const thrown = readThrown(new AggregateError(many, 'all'));
    expect(thrown.causes).toHaveLength(10);
    expect(JSON.stringify(thrown).length).toBeLessThan(50_000);
    expect(checkThrown({ ...thrown, causes: [...(thrown.causes ?? []), ...(thrown.causes ?? [])] })).toEqual(
      thrown,
    );
    const said = checkThrown({ ...long, causes: Array(1_000).fill({ ...long, depth: 9 }) });
    expect(JSON.stringify(said).length).toBeLessThan(60_000);
    expect(said.causes?.map(({ depth }) => depth)).toEqual(Array(10).fill(5));
  });

  it('are read of errors of another realm, such as those of Node in a test of Jest', () => {
    const thrown: unknown = runInNewContext(`
      const error = new TypeError('fetch failed', { cause: new RangeError('port') });
      error.code = 'E_FETCH';
      error`);
    expect(thrown instanceof Error).toBe(false);
    expect(readThrown(thrown)).toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      code: 'E_FETCH',
      causes: [{ depth: 1, name: 'RangeError', message: 'port' }],
    });
  });

  it('may be circular or unreadable', () => {
    const round = new Error('round');
    round.cause = new Error('behind', { cause: round });
    expect(readThrown(round).causes).toMatchObject([{ depth: 1, message: 'behind' }]);
    const hidden = Object.defineProperty(new Error('x'), 'cause', {
      get() {
        throw new Error('no');
      },
    });
    expect(readThrown(hidden)).toMatchObject({ message: 'x' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(readThrown(new Error('x', { cause: proxy })).causes).toMatchObject([
      { message: expect.stringContaining('could not be read') },
    ]);
    expect(readThrown(proxy)).toMatchObject({
      message: expect.stringContaining('could not be read'),
      permanent: false,
    });
  });
});

describe('the error that a thread reports', () => {
  it('is kept as the thread read it', () => {
    const thrown = readThrown(new AggregateError([new Error('a', { cause: 'b' })], 'all'));
    for (const permanent of [false, true])
      expect(checkThrown(structuredClone({ ...thrown, permanent }))).toEqual({ ...thrown, permanent });
  });

  it.each([undefined, null, 7, 'text', [], { causes: [7], permanent: 1 }])(
    'becomes an error when it is %j',
    (said) => {
      expect(checkThrown(said)).toEqual({
        name: expect.any(String),
        message: expect.any(String),
        permanent: false,
      });
    },
  );
});
