import type { Workload } from './workload.ts';
import { api } from './workloads/api.ts';
import { drain } from './workloads/drain.ts';
import { grid } from './workloads/grid.ts';
import { kill, killWithShortLocks } from './workloads/kill.ts';
import { limit } from './workloads/limit.ts';
import { pickup } from './workloads/pickup.ts';
import { recurring10k, recurring100k } from './workloads/recurring.ts';
import { register10k, register100k } from './workloads/register.ts';
import { tenants } from './workloads/tenants.ts';

/** In the order of runs and of the page. */
export const WORKLOADS: readonly Workload[] = [
  drain,
  limit,
  tenants,
  pickup,
  grid,
  recurring10k,
  recurring100k,
  kill,
  killWithShortLocks,
  api,
  register10k,
  register100k,
];

export function requireWorkload(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found === undefined) {
    throw new Error(`Unknown name ${name}. Known names: ${WORKLOADS.map(({ name }) => name).join(', ')}.`);
  }
  return found;
}
