import { setTimeout as delay } from 'node:timers/promises';
import { type Build, laterBuild, withoutSeasonal } from '../build.ts';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';

/** How many migrations the cluster's database has beyond this version. */
const migrations = new WeakMap<Cluster, number>();

/** Moves nodes from one version to another, one by one, with a graceful stop and a start. */
export const DEPLOY_FAULTS: readonly Fault[] = [
  {
    name: 'deploy',
    title: 'nodes roll to a version with a migration more and a job type fewer, and on',
    inject: roll,
  },
];

/** The time between two nodes, during which both versions run side by side. */
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
