import { newUpstreams, refuseUpstream, type Upstreams, upstreamsOf } from '../../../core/chains/upstreams.ts';
import type { Refusal } from '../../../core/commands/refusal.ts';
import type { JobDefinition } from '../../../core/model/job.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { EngineError } from '../../ports/engine-port.ts';
import { requireNamedChannels } from '../alert-api.ts';
import { errorOf } from '../command-errors.ts';

/**
 * Throws, as a real change would, if a previewed job names alert channels or jobs that do not exist. Jobs
 * come last: their faults alone mean that nothing else is wrong, so a client may preview jobs that need each
 * other.
 */
export async function requireReferences(
  deps: EngineParts,
  definition: JobDefinition,
  before?: JobDefinition,
): Promise<void> {
  await requireNamedChannels(deps, definition.alerts, before?.alerts);
  const refusals: Refusal[] = [];
  for (const upstream of newUpstreams(definition, before)) {
    const looks = refuseUpstream(definition.id, upstream);
    let look = looks.next();
    while (look.done !== true) look = looks.next(await namedBy(deps, look.value));
    if (look.value !== undefined) refusals.push(look.value);
  }
  const [first, ...others] = refusals;
  if (first === undefined) return;
  if (others.length === 0) throw errorOf(first);
  const faults = refusals.map(({ pointer = '', detail }) => ({ pointer, detail }));
  throw new EngineError('invalid', 'The job names jobs that it may not wait for.', faults);
}

async function namedBy({ store, node }: EngineParts, ids: readonly string[]): Promise<Upstreams> {
  const found = new Map<string, readonly string[]>();
  for (const id of ids) {
    const view = await store.getJob(id, node.liveTypes);
    if (view !== undefined)
      found.set(
        id,
        upstreamsOf(view.job).map(({ job }) => job),
      );
  }
  return found;
}
