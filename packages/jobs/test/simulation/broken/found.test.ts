import { describe, expect, it } from 'vitest';
import { failsUnbroken, tryVariant } from './break-engine.ts';
import { VARIANTS } from './variants.ts';

/** Those that few seeds find. `npm run simulate -- --break all` plays more seeds against all of them. */
const QUICK = [
  'next-slot-stays',
  'last-slot-is-not-stored',
  'slot-ignores-the-room',
  'trigger-ignores-the-room',
  'settlement-without-fence',
];

describe('the simulation', () => {
  it.each(QUICK)('finds the broken engine %s', async (name) => {
    const variant = VARIANTS.find((each) => each.name === name);
    if (variant === undefined) throw new Error(`there is no variant "${name}"`);
    const { found } = await tryVariant(variant, 50);
    expect(found?.promise).toMatch(/^P\d+, /);
    expect(await failsUnbroken(found?.seed ?? 0)).toBe(false);
  });
});
