import { setTimeout as delay } from 'node:timers/promises';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { createMarks, forget, type Marks, unfinished, violations } from './checks.ts';
import type { Cluster } from './cluster.ts';
import type { Fault } from './fault.ts';
import { backlog, type Recovery, recovered, throughput } from './recovery.ts';
import { demand } from './scale.ts';

/** The result of one fault. */
export interface Report {
  readonly fault: Fault;
  readonly tookMs: number;
  /** Handlers per second before the fault. */
  readonly before: number;
  readonly recovery: Recovery;
  /** How many runs were verified. */
  readonly runs: number;
  readonly notes: readonly string[];
  /** Descriptions of the violations; empty if there are none. */
  readonly violations: readonly string[];
}

const NO_PROGRESS_MS = CONDITION_MS;
const POLL_MS = 200;

/** Injects one fault after another, and checks the whole cluster after each. */
export function createRounds(cluster: Cluster): { run(fault: Fault): Promise<Report> } {
  const marks: Marks = createMarks();
  return {
    async run(fault) {
      const beganAt = Date.now();
      await delay(cluster.scale.calmMs);
      // A higher throughput is the backlog of the previous fault.
      const measured = await throughput(cluster, cluster.scale.calmMs);
      const before = Math.min(measured, demand(cluster.scale, cluster.nodes.length));
      const injury = await fault.inject(cluster);
      const recovery = await recovered(cluster, injury, before);
      const late = await caughtUp(cluster);
      const wrong = [...notRecovered(recovery), ...late, ...(await violations(cluster, injury, marks))];
      // A violation keeps its rows for the investigation.
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
 * Waits until all acknowledged runs have succeeded and no due run waits, as long as there is progress: a busy
 * machine needs time to catch up. Returns descriptions of what is left.
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
