import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PRIORITIES } from '../model/priority.ts';
import { startOrder } from './start-order.ts';

const FIVE_MINUTES = 5 * 60_000;
const run = fc.record({ availableAt: fc.integer(), priority: fc.constantFrom(...PRIORITIES) });

it('L12: no run waits behind a higher one that became due more than 5 minutes later', () => {
  fc.assert(
    fc.property(run, run, (one, other) => {
      const isBehind =
        startOrder(other.availableAt, other.priority) <= startOrder(one.availableAt, one.priority);
      if (isBehind) expect(other.availableAt - one.availableAt).toBeLessThanOrEqual(FIVE_MINUTES);
    }),
  );
});

it('L12: of runs that are due together, the higher one starts first; of equal ones, the one due earlier', () => {
  fc.assert(
    fc.property(run, run, (one, other) => {
      const before =
        startOrder(one.availableAt, one.priority) - startOrder(other.availableAt, other.priority);
      if (one.priority === other.priority) expect(before).toBe(one.availableAt - other.availableAt);
      else if (one.availableAt === other.availableAt)
        expect(Math.sign(before)).toBe(
          Math.sign(PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority)),
        );
    }),
  );
});

it('a run of normal priority starts in the order of its due time', () => {
  expect(startOrder(7)).toBe(7);
  expect(startOrder(7, 'normal')).toBe(7);
});
