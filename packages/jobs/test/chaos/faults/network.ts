import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';
import type { ClusterNode } from '../node.ts';
import type { Conditions } from '../proxy.ts';
import { freeze, oneOf } from './nodes.ts';

/** Faults between a node and the server, injected by the proxy. */
export const NETWORK_FAULTS: readonly Fault[] = [
  { name: 'slow', title: 'the server is slow for all nodes (50 ms each way)', inject: slow },
  {
    name: 'cut',
    title: 'a node is cut off from the server, in both directions',
    inject: (c) => cut(c, oneOf(c), { toServer: 'hold', toNode: 'hold' }),
  },
  {
    name: 'cut-to-server',
    title: 'what a node sends does not reach the server',
    inject: (c) => cut(c, oneOf(c), { toServer: 'hold' }),
  },
  {
    name: 'cut-to-node',
    title: 'what the server answers does not reach a node',
    inject: (c) => cut(c, oneOf(c), { toNode: 'hold' }),
  },
  {
    name: 'freeze-and-cut',
    title: 'one node is frozen while another one hears no answers: the third does all',
    inject: freezeAndCut,
  },
];

const LATENCY_MS = 50;

async function slow(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  for (const node of cluster.nodes) cluster.network(node, { latencyMs: LATENCY_MS });
  await delay(cluster.scale.lastsMs);
  for (const node of cluster.nodes) cluster.network(node);
  return { beganAt, healedAt: Date.now() };
}

async function cut(cluster: Cluster, node: ClusterNode, conditions: Partial<Conditions>): Promise<Injury> {
  const { life } = node;
  const beganAt = Date.now();
  cluster.network(node, conditions);
  await delay(cluster.scale.cutMs);
  cluster.network(node);
  const healedAt = Date.now();
  return cutOff(life, beganAt, healedAt);
}

async function freezeAndCut(cluster: Cluster): Promise<Injury> {
  const frozen = oneOf(cluster);
  const away = cluster.nodes.find((node) => node !== frozen) ?? frozen;
  const injuries = await Promise.all([freeze(cluster, frozen), cut(cluster, away, { toNode: 'hold' })]);
  return {
    beganAt: Math.min(...injuries.map(({ beganAt }) => beganAt)),
    healedAt: Math.max(...injuries.map(({ healedAt }) => healedAt)),
    mayBeDead: injuries.flatMap(({ mayBeDead = [] }) => mayBeDead),
    interrupted: injuries.flatMap(({ interrupted = [] }) => interrupted),
    unaware: injuries.flatMap(({ unaware = [] }) => unaware),
  };
}

/** The node ends its own lease, so its handlers get their signal about when other nodes may take its runs. */
export function cutOff(life: string, beganAt: number, healedAt: number): Injury {
  return {
    beganAt,
    healedAt,
    mayBeDead: [life],
    interrupted: [{ life, at: beganAt }],
  };
}
