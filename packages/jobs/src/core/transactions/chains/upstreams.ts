import type { LastSuccesses } from '../../chains/gate.ts';
import { newUpstreams, refuseUpstream, type Upstreams } from '../../chains/upstreams.ts';
import type { Refusal } from '../../commands/refusal.ts';
import type { JobDefinition } from '../../model/job.ts';
import { ask, type Script } from '../script.ts';

/**
 * Why a definition may not name the jobs that it names (P32, chains and gates). The transaction holds the
 * lock of {@link UpstreamTables.lockUpstreams}, so no other one can close a circle meanwhile. `together`:
 * jobs that it makes or changes, as they will be.
 */
export function* refuseUpstreams(
  definition: JobDefinition,
  before?: JobDefinition,
  together?: Upstreams,
): Script<Refusal | undefined> {
  for (const upstream of newUpstreams(definition, before)) {
    const looks = refuseUpstream(definition.id, upstream, together);
    let look = looks.next();
    while (look.done !== true) look = looks.next(yield* ask('upstreamsOf', look.value));
    if (look.value !== undefined) return look.value;
  }
  return undefined;
}

/**
 * When the jobs that these jobs' gates name last succeeded. Undefined: there is no gate, and nothing is read.
 */
export function* successesFor(
  jobs: readonly Pick<JobDefinition, 'onlyIf'>[],
): Script<LastSuccesses | undefined> {
  const ids = new Set<string>();
  for (const { onlyIf } of jobs) if (onlyIf !== undefined) ids.add(onlyIf.job);
  return ids.size === 0 ? undefined : yield* ask('lastSuccesses', [...ids]);
}
