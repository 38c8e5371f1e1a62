import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { limitFieldFault } from './limit-field.ts';
import { payloadRules } from './payload-rules.ts';

const rules = payloadRules(
  z.object({
    tenant_id: z.string().optional(),
    plan: z.enum(['free', 'paid']),
    days: z.int().nullable(),
    owner: z.object({ id: z.union([z.string(), z.int()]), tags: z.array(z.string()) }),
    labels: z.record(z.string(), z.string()),
    any: z.unknown(),
    token: z.string().meta({ secret: true }),
    headers: z.record(z.string(), z.string().meta({ secret: true })),
  }),
);

// Promise P29, limits and priority.
describe('the field that limits hold per value of', () => {
  const faultOf = (per: string) => {
    if (typeof rules === 'string') throw new Error(rules);
    return limitFieldFault(per, rules);
  };

  it.each(['/tenant_id', '/plan', '/days', '/owner/id', '/labels/region'])('L21: may be %s', (per) => {
    expect(faultOf(per)).toBeUndefined();
  });

  it.each([
    ['/token', 'must not point at a secret'],
    ['/headers/authorization', 'must not point at a secret'],
    ['/headers', 'must not point at a secret'],
    ['/owner', 'may be an object. Name a field inside it'],
    ['/owner/tags', 'may be an array'],
    ['/any', 'may be anything'],
    ['/tenant', 'is not one. Its fields are: tenant_id, plan'],
    ['/tenant_id/name', 'is not one'],
    ['tenant_id', 'must be a JSON pointer to a payload field, such as "/tenant_id"; got "tenant_id"'],
    ['/', 'is not one'],
  ])('L21: can not be %s, and the error says why', (per, why) => {
    expect(faultOf(per)).toContain(why);
  });
});
