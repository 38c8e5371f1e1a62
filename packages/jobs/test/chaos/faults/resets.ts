import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, Way } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';
import { amidRuns, oneOf, serverSettled } from './nodes.ts';

/**
 * A node's connections are reset, and new ones too for a while: first for long, then for shorter and shorter
 * times.
 */
export const RESET_FAULTS: readonly Fault[] = [
  {
    name: 'reset-control',
    title: "a node's control connection is reset, and new ones are refused",
    inject: (c) => resetAgainAndAgain(c, ['control']),
  },
  {
    name: 'reset-data',
    title: "a node's other connections are reset, and new ones are refused",
    inject: (c) => resetAgainAndAgain(c, ['data']),
  },
  {
    name: 'reset-all',
    title: 'all connections of a node are reset, and new ones are refused',
    inject: (c) => resetAgainAndAgain(c, ['control', 'data']),
  },
];

/** Shares of the scale's `lastsMs`: the shortest are over before others may take the node's runs. */
const LENGTHS = [0.5, 0.2, 0.1, 0.03] as const;
/** After that the node works as before. */
const BACK_MS = 2_000;

async function resetAgainAndAgain(cluster: Cluster, ways: readonly Way[]): Promise<Injury> {
  const isCutOff = ways.length > 1;
  await serverSettled(cluster);
  const beganAt = Date.now();
  const interrupted: { life: string; at: number }[] = [];
  let healedAt = beganAt;
  for (const length of LENGTHS) {
    const node = oneOf(cluster);
    await amidRuns(cluster, node.life);
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
    // One that can't be heard may be dead. Its handlers have their signals before the others begin: nothing
    // is excused of overlap (P7, overlap).
    ...(isCutOff ? { interrupted, mayBeDead: interrupted.map(({ life }) => life) } : {}),
  };
}
