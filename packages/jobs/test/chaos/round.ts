import { setTimeout as delay } from 'node:timers/promises';
import { createMarks, forget, type Marks, unfinished, violations } from './checks.ts';
import type { Cluster } from './cluster.ts';
import type { Fault } from './injury.ts';
import { type Recovery, recovered, throughput } from './recovery.ts';
import { demand } from './scale.ts';

/** What one fault came to. */
export interface Report {
  readonly fault: Fault;
  readonly tookMs: number;
  /** Handlers a second before it. */
  readonly before: number;
  readonly recovery: Recovery;
  /** Runs whose rows were verified for good. */
  readonly runs: number;
  readonly notes: readonly string[];
  /** What does not hold, in words; empty: all does. */
  readonly violations: readonly string[];
}

const FINISH_MS = 30_000;
const POLL_MS = 200;

/** Does one fault after the other to a cluster, and checks all of it after each. */
export function createRounds(cluster: Cluster): { run(fault: Fault): Promise<Report> } {
  const marks: Marks = createMarks();
  return {
    async run(fault) {
      const beganAt = Date.now();
      await delay(cluster.scale.calmMs);
      // More than comes due is what had gathered during the fault before this one.
      const measured = await throughput(cluster, cluster.scale.calmMs);
      const before = Math.min(measured, demand(cluster.scale, cluster.nodes.length));
      const injury = await fault.inject(cluster);
      const recovery = await recovered(cluster, injury, before);
      const late = await unfinishedAfterAll(cluster);
      const wrong = [
        ...notRecovered(recovery),
        ...late.slice(0, 10).map((runId) => `run ${runId} was acknowledged, and has not succeeded`),
        ...(await violations(cluster, injury, marks)),
      ];
      // What is wrong stays to be looked at.
      const runs = wrong.length > 0 ? 0 : await forget(cluster, marks);
      return {
        fault,
        tookMs: Date.now() - beganAt,
        before,
        recovery,
        runs,
        notes: injury.notes ?? [],
        violations: wrong,
      };
    },
  };
}

/** Waits for the runs that were acknowledged up to now. */
async function unfinishedAfterAll(cluster: Cluster): Promise<string[]> {
  const until = Date.now() + FINISH_MS;
  let left = [...cluster.seen.acknowledged];
  for (;;) {
    left = await unfinished(cluster, left);
    if (left.length === 0 || Date.now() > until) return left;
    await delay(POLL_MS);
  }
}

function notRecovered({ throughputMs, idle }: Recovery): string[] {
  return [
    ...(throughputMs === undefined ? ['throughput is not back to 95 %'] : []),
    ...idle.map((life) => `the node ${life} does nothing any more`),
  ];
}
