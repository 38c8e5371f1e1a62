import { createRandom } from '../faults/random.ts';
import type { StoreName } from '../load/server.ts';

export type FaultName =
  | 'kill'
  | 'deploy'
  | 'freeze'
  | 'receiver fails'
  | 'receiver hangs'
  | 'slow reader'
  | 'connections cut'
  | 'database restart'
  | 'database crash';

export interface Fault {
  readonly name: FaultName;
  /** From the start of the soak. */
  readonly atMs: number;
  readonly forMs: number;
  readonly node: number;
}

interface Plan {
  readonly store: StoreName;
  readonly seed: number;
  readonly minutes: number;
  /** Faults that end the last node come before this time, so that one process lives until the end. */
  readonly warmUpMs: number;
}

const EVERY_MS = 40_000;
const FIRST_MS = 20_000;
/** No fault so close to the end. */
const QUIET_END_MS = 30_000;

const FOR_MS: Readonly<Record<FaultName, number>> = {
  kill: 0,
  deploy: 0,
  freeze: 5_000,
  'receiver fails': 10_000,
  'receiver hangs': 10_000,
  'slow reader': 30_000,
  'connections cut': 5_000,
  'database restart': 0,
  'database crash': 0,
};
const ANY: readonly FaultName[] = ['freeze', 'receiver fails', 'receiver hangs', 'slow reader'];
const ENDS_NODE: readonly FaultName[] = ['kill', 'deploy'];
const OF_POSTGRES: readonly FaultName[] = ['connections cut', 'database restart', 'database crash'];
/** Longer than a lease of 15 s: other nodes take the runs. */
const LONG_FREEZE_MS = 20_000;

/**
 * The faults of a seed. Node 0 gets all kinds. Of two nodes, node 1 never ends; a single node ends only while
 * it warms up. So memory of one process is measured over hours.
 */
export function planFaults({ store, seed, minutes, warmUpMs }: Plan): readonly Fault[] {
  const random = createRandom(seed);
  const faults: Fault[] = [];
  const last = minutes * 60_000 - QUIET_END_MS;
  for (let atMs = FIRST_MS; atMs < last; ) {
    const mayEnd = store === 'postgres' || atMs < warmUpMs / 2;
    const names = [...ANY, ...(mayEnd ? ENDS_NODE : []), ...(store === 'postgres' ? OF_POSTGRES : [])];
    const name = names[random.below(names.length)] ?? 'freeze';
    const node = store === 'postgres' && !ENDS_NODE.includes(name) ? random.below(2) : 0;
    const isLong = name === 'freeze' && store === 'postgres' && random.chance(0.5);
    const forMs = isLong ? LONG_FREEZE_MS : FOR_MS[name];
    faults.push({ name, atMs, forMs, node });
    atMs += EVERY_MS * (0.75 + 0.5 * random.fraction()) + forMs;
  }
  return faults;
}
