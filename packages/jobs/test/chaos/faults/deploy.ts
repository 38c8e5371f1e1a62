import { setTimeout as delay } from 'node:timers/promises';
import { type Build, laterBuild, withoutSeasonal } from '../build.ts';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';

/** How many migrations more than this version the cluster's database has by now. */
const migrations = new WeakMap<Cluster, number>();

/** Nodes go from one version to the next, one after the other, by a graceful end and a start. */
export const DEPLOY_FAULTS: readonly Fault[] = [
  {
    name: 'deploy',
    title: 'nodes roll to a version with a migration more and a job type fewer, and on',
    inject: roll,
  },
];

/** Between one node and the next, so that both versions live side by side for a while. */
const SIDE_BY_SIDE_MS = 1_500;

async function roll(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  const more = (migrations.get(cluster) ?? 0) + 1;
  migrations.set(cluster, more);
  const next = laterBuild(cluster.folder, more);
  await rollTo(cluster, withoutSeasonal(next));
  await delay(cluster.scale.lastsMs / 2);
  await rollTo(cluster, next);
  return { beganAt, healedAt: Date.now() };
}

async function rollTo(cluster: Cluster, build: Build): Promise<void> {
  cluster.build = build;
  for (const node of cluster.nodes) {
    await node.stop();
    await cluster.start(node);
    await delay(SIDE_BY_SIDE_MS);
  }
}
