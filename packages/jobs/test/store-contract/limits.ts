import { describe } from 'vitest';
import { limitsAfterDeploys } from './limits/limits-after-deploys.ts';
import { limitsInOrder } from './limits/limits-in-order.ts';
import { limitsOfRate } from './limits/limits-of-rate.ts';
import { limitsOfRunning } from './limits/limits-of-running.ts';
import { limitsPerValue } from './limits/limits-per-value.ts';
import { limitsShown } from './limits/limits-shown.ts';
import type { MakeStore } from './rig.ts';

/** Promise P29, limits and priority: the rows of "Limits and priority" in docs/options-together.md. */
export function limitsContract(makeStore: MakeStore): void {
  describe('limits of types', () => {
    limitsOfRunning(makeStore);
    limitsOfRate(makeStore);
    limitsPerValue(makeStore);
    limitsInOrder(makeStore);
    limitsAfterDeploys(makeStore);
    limitsShown(makeStore);
  });
}
