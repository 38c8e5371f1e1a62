import { setTimeout as delay } from 'node:timers/promises';
import { createMarks, forget, type Marks, unfinished, violations } from './checks.ts';
import type { Cluster } from './cluster.ts';
import type { Fault } from './fault.ts';
import { backlog, type Recovery, recovered, throughput } from './recovery.ts';
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

const NO_PROGRESS_MS = 60_000;
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
      const late = await caughtUp(cluster);
      const wrong = [...notRecovered(recovery), ...late, ...(await violations(cluster, injury, marks))];
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

/**
 * Waits for the runs that were acknowledged up to now, and until nothing that is due waits any more, as long
 * as there is progress: on a busy machine it takes a while to make up for a fault. Gives what is left, in
 * words.
 */
async function caughtUp(cluster: Cluster): Promise<string[]> {
  let left = [...cluster.seen.acknowledged];
  let fewest = Number.POSITIVE_INFINITY;
  let progressAt = Date.now();
  for (;;) {
    left = await unfinished(cluster, left);
    const behind = await backlog(cluster);
    if (left.length + behind === 0) return [];
    if (left.length + behind < fewest) {
      fewest = left.length + behind;
      progressAt = Date.now();
    }
    if (Date.now() - progressAt > NO_PROGRESS_MS) {
      const some = left.slice(0, 10).map((runId) => `run ${runId} was acknowledged, and has not succeeded`);
      return [...some, `${behind} runs have been due for more than 5 s, and do not get fewer`];
    }
    await delay(POLL_MS);
  }
}

function notRecovered({ throughputMs, idle }: Recovery): string[] {
  return [
    ...(throughputMs === undefined ? ['throughput is not back to 95 %'] : []),
    ...idle.map((life) => `the node ${life} does nothing any more`),
  ];
}
