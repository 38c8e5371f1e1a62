import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, Way } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';
import { oneOf, serverSettled, untilInLongRun } from './nodes.ts';

/** Resets a node's connections, and new ones for a while: first for a long time, then for shorter times. */
export const RESET_FAULTS: readonly Fault[] = [
  {
    name: 'reset-control',
    title: "a node's control connection is reset, and new ones are refused",
    inject: (c) => resetRepeatedly(c, ['control']),
  },
  {
    name: 'reset-data',
    title: "a node's other connections are reset, and new ones are refused",
    inject: (c) => resetRepeatedly(c, ['data']),
  },
  {
    name: 'reset-all',
    title: 'all connections of a node are reset, and new ones are refused',
    inject: (c) => resetRepeatedly(c, ['control', 'data']),
  },
];

/** Shares of the scale's `lastsMs`. The shortest resets end before others may take the node's runs. */
const LENGTHS = [0.5, 0.2, 0.1, 0.03] as const;
/** How long a node may need afterwards to work as before. */
const BACK_MS = 2_000;

async function resetRepeatedly(cluster: Cluster, ways: readonly Way[]): Promise<Injury> {
  const isCutOff = ways.length > 1;
  await serverSettled(cluster);
  const beganAt = Date.now();
  const interrupted: { life: string; at: number }[] = [];
  let healedAt = beganAt;
  for (const length of LENGTHS) {
    const node = oneOf(cluster);
    await untilInLongRun(cluster, node.life);
    interrupted.push({ life: node.life, at: Date.now() });
    cluster.network(node, { resets: true }, ways);
    await delay(cluster.scale.lastsMs * length);
    cluster.network(node, {}, ways);
    healedAt = Date.now();
    await delay(BACK_MS);
  }
  return {
    beganAt,
    healedAt,
    // An unreachable node may be declared dead. Its handlers get their signals before others begin: no
    // overlap is excused (P7, overlap).
    ...(isCutOff ? { interrupted, mayBeDead: interrupted.map(({ life }) => life) } : {}),
  };
}
