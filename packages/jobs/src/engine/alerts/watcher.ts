import { TIMED_CONDITIONS, type TimedCondition } from '../../core/alerts/alert.ts';
import type { TypeVersions } from '../../core/nodes/membership.ts';
import type { AlertStore, TimedState } from '../../core/store/alert-store.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { JobView } from '../../core/store/store-views.ts';

export interface WatcherDeps {
  readonly store: Pick<AlertStore, 'takeAlertWatch' | 'tellTimedStates'> & Pick<JobStore, 'listJobs'>;
  readonly node: { readonly liveTypes: TypeVersions };
}

/** A little less than the time between two looks, so that the same node takes its own next turn. */
const LEASE_MS = 9_000;
const JOBS_A_PAGE = 500;

/** Looks for conditions that time alone makes true (P24, alerts). One node at a time does. */
export class AlertWatcher {
  readonly #with: WatcherDeps;

  constructor(deps: WatcherDeps) {
    this.#with = deps;
  }

  /** Looks now, unless another node has looked a moment ago. */
  async look(stop: AbortSignal): Promise<void> {
    if (await this.#with.store.takeAlertWatch({ ms: LEASE_MS })) await this.#lookAtAll(stop);
  }

  /** Page by page, so that thousands of unhealthy jobs need no memory. */
  async #lookAtAll(stop: AbortSignal): Promise<void> {
    const { store, node } = this.#with;
    let after: string | undefined;
    let cursor: Awaited<ReturnType<JobStore['listJobs']>>['next'];
    do {
      const page = await store.listJobs({
        health: 'unhealthy',
        sort: 'id',
        descending: false,
        limit: JOBS_A_PAGE,
        handlers: node.liveTypes,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const to = page.next === undefined ? undefined : page.rows.at(-1)?.job.id;
      const failing = page.rows.flatMap(({ job, health }) => (health.status === 'failing' ? [job.id] : []));
      await store.tellTimedStates({ after, to, failing, states: page.rows.flatMap(stateOf) });
      after = to;
      cursor = page.next;
    } while (cursor !== undefined && !stop.aborted);
  }
}

function stateOf({ job, health }: JobView): readonly TimedState[] {
  const { status, since, reason } = health;
  if (!isTimed(status)) return [];
  return [
    {
      jobId: job.id,
      condition: status,
      ...(since === undefined ? {} : { since }),
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}

function isTimed(status: string): status is TimedCondition {
  return TIMED_CONDITIONS.some((condition) => condition === status);
}
