import type { ChainLink, RunView } from '../../core/store/store-views.ts';
import type { ScopeGuards } from './scope-guards.ts';

/** The view of a run without links to runs of jobs outside the scope. Most runs have no links. */
export async function withOwnLinks(
  { isOwnJob }: Pick<ScopeGuards, 'isOwnJob'>,
  { triggeredBy, triggered = [], ...view }: RunView,
): Promise<RunView> {
  const links = triggeredBy === undefined ? triggered : [triggeredBy, ...triggered];
  const own = new Set<ChainLink>();
  for (const link of links) if (await isOwnJob(link.jobId)) own.add(link);
  const ownTriggered = triggered.filter((link) => own.has(link));
  return {
    ...view,
    ...(triggeredBy === undefined || !own.has(triggeredBy) ? {} : { triggeredBy }),
    ...(ownTriggered.length === 0 ? {} : { triggered: ownTriggered }),
  };
}
