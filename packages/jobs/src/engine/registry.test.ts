import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../core/job-type.ts';
import { acceptPayload, createRegistry } from './registry.ts';

describe('a payload that code gives', () => {
  const jobType = defineJobType({
    type: 'note',
    module: import.meta.url,
    payload: z.strictObject({ text: z.string() }),
    run: async () => undefined,
  });
  const type = createRegistry([jobType]).get('note');
  if (type === undefined) throw new Error('the type is not registered');

  it('P18: has at most 64 KiB as JSON', () => {
    const most = 65_536 - '{"text":""}'.length;
    expect(acceptPayload(type, { text: 'x'.repeat(most) })).toMatchObject({ ok: true });
    for (const text of ['x'.repeat(most + 1), '€'.repeat(30_000)])
      expect(acceptPayload(type, { text })).toEqual({
        ok: false,
        faults: [{ pointer: '/payload', detail: 'must be at most 64 KiB as JSON, defaults included' }],
      });
  });
});
