import { describe, expect, it } from 'vitest';
import { guardedLogger } from './guarded-logger.ts';

describe('a faulty logger', () => {
  const fault = new Error('no room on the disk');
  const guarded = (tell: () => void) =>
    guardedLogger({ debug: tell, info: tell, warn: tell, error: tell, isLevelEnabled: () => fail() });
  const fail = (): never => {
    throw fault;
  };

  it('does not throw at its callers', () => {
    const logger = guarded(fail);
    expect(logger.isLevelEnabled?.('debug')).toBe(true);
    expect(() => logger.error({}, 'something')).not.toThrow();
  });

  it('leaves no unhandled rejection if it is async', async () => {
    const rejected: unknown[] = [];
    const hear = (error: unknown) => void rejected.push(error);
    process.on('unhandledRejection', hear);
    guarded(async () => fail()).warn({}, 'something');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', hear);
    expect(rejected).toEqual([]);
  });
});
