import type { LastSuccesses } from '../../chains/gate.ts';
import { circle, newUpstreams, noUpstream, type Upstream } from '../../chains/upstreams.ts';
import type { Refusal } from '../../commands/refusal.ts';
import type { JobDefinition } from '../../model/job.ts';
import { ask, type Script } from '../script.ts';

/** The ids of the jobs that each of these jobs names. */
export type Upstreams = ReadonlyMap<string, readonly string[]>;

const NONE: Upstreams = new Map();

/**
 * Why a definition may not name the jobs that it names (P32, chains and gates). The transaction holds the lock
 * of {@link UpstreamTables.lockUpstreams}, so no other one can close a circle meanwhile. `together`:
 * jobs that it makes or changes, as they will be.
 */
export function* refuseUpstreams(
  definition: JobDefinition,
  before?: JobDefinition,
  together: Upstreams = NONE,
): Script<Refusal | undefined> {
  for (const upstream of newUpstreams(definition, before)) {
    const refusal = yield* refuseUpstream(definition.id, upstream, together);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Looks at the upstream job, then at all that it names, and so on. */
function* refuseUpstream(id: string, upstream: Upstream, together: Upstreams): Script<Refusal | undefined> {
  const seen = new Set([upstream.job]);
  let ids: readonly string[] = [upstream.job];
  while (ids.length > 0) {
    if (ids.includes(id)) return circle(upstream, id);
    const asIs = ids.filter((one) => !together.has(one));
    const found = new Map(asIs.length === 0 ? [] : yield* ask('upstreamsOf', asIs));
    for (const one of ids) if (together.has(one)) found.set(one, together.get(one) ?? []);
    if (ids[0] === upstream.job && !found.has(upstream.job)) return noUpstream(upstream);
    ids = [...new Set([...found.values()].flat())].filter((one) => !seen.has(one));
    for (const one of ids) seen.add(one);
  }
  return undefined;
}

/** When the jobs that these jobs' gates name last succeeded. Undefined: there is no gate, and nothing is read. */
export function* successesFor(
  jobs: readonly Pick<JobDefinition, 'onlyIf'>[],
): Script<LastSuccesses | undefined> {
  const ids = new Set<string>();
  for (const { onlyIf } of jobs) if (onlyIf !== undefined) ids.add(onlyIf.job);
  return ids.size === 0 ? undefined : yield* ask('lastSuccesses', [...ids]);
}
