import type { JobsRead } from '../../core/filters/jobs-read.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { HealthCounts } from '../../core/store/store-views.ts';
import { emptyHealthCounts, HEALTH_STATUSES } from '../../core/watching/health.ts';
import type { Node } from '../nodes/node.ts';
import type { PauseState } from '../timing/pause-state.ts';

export interface CountHealthDeps {
  readonly store: Pick<JobStore, 'countHealth'>;
  readonly node: Pick<Node, 'liveTypes'>;
  readonly pauseState: Pick<PauseState, 'lateFrom'>;
}

/** Counts jobs by health, part by part. */
export async function countHealth(
  { store, node, pauseState }: CountHealthDeps,
  which: JobsRead = {},
): Promise<HealthCounts> {
  const counts = emptyHealthCounts();
  const context = { handlers: node.liveTypes, lateFrom: pauseState.lateFrom };
  let after: string | undefined;
  do {
    const part = await store.countHealth({ ...context, ...which, ...(after === undefined ? {} : { after }) });
    for (const health of HEALTH_STATUSES) counts[health] += part.counts[health];
    after = part.next;
  } while (after !== undefined);
  return counts;
}
