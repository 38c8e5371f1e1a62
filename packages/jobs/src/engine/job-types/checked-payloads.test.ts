import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../../core/job-types/define-job-type.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createKeyring } from '../secrets/keyring.ts';
import { CheckedPayloads } from './checked-payloads.ts';
import { createRegistry } from './registry.ts';

describe('Payloads', () => {
  const registry = createRegistry(
    [
      defineJobType({
        type: 'work',
        module: import.meta.url,
        payload: z.strictObject({ n: z.int(), m: z.int().default(7) }),
        run: async () => undefined,
      }),
    ],
    { deps: undefined, canSeal: false },
  );
  const [type] = registry.types;
  const job = { id: 'nightly', uid: '1', version: 2, updatedAt: 1_000, payload: '{"n":1}' };
  const payloads = new CheckedPayloads(createFakeClock(0), createKeyring([]));
  const of = (changed: Partial<typeof job> = {}) => {
    if (type === undefined) throw new Error('no type is registered');
    const payload = payloads.of(type, { attempt: 1 }, { ...job, ...changed });
    return 'json' in payload ? payload.json : payload;
  };

  it('are checked, with the defaults of the type', () => {
    expect(of()).toBe('{"m":7,"n":1}');
    expect(of()).toBe('{"m":7,"n":1}');
  });

  // Promise P21, payloads.
  it('are those of the current edit, also when a failover lost one and the next has the same version', () => {
    expect(of()).toBe('{"m":7,"n":1}');
    expect(of({ updatedAt: 2_000, payload: '{"n":2}' })).toBe('{"m":7,"n":2}');
    expect(of({ version: 3, updatedAt: 2_000, payload: '{"n":3}' })).toBe('{"m":7,"n":3}');
  });
});
