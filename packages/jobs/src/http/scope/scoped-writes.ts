import { isReadOf } from '../../core/store/jobs-read.ts';
import { type CommandOptions, EngineError, type JobInput } from '../../engine/ports/engine-port.ts';
import { isEngineError } from '../routing/etag.ts';
import { type JobScope, jobsOf } from './job-scope.ts';
import type { RouteEngine } from './route-engine.ts';
import { orUndefined, type ScopeGuards, takenId } from './scope-guards.ts';

/** How often a PUT reads a job again that somebody else creates or changes at the same time. */
const PUT_TRIES = 5;

/** What creates jobs, and replaces them: only jobs of the scope, which stay in it. */
export function scopedWrites(
  engine: RouteEngine,
  scope: JobScope,
  { requireOwnInput, requireFreeId }: ScopeGuards,
): Pick<RouteEngine, 'createJob' | 'putJob'> {
  const which = jobsOf(scope);

  /** Replaces the job as it was read inside the scope, never another one that takes its id meanwhile. */
  const putTagged: RouteEngine['putJob'] = async (input, options = {}) => {
    const isGuarded = options.ifUid !== undefined || options.ifVersion !== undefined;
    for (let tries = 0; tries < PUT_TRIES; tries++) {
      const known = await orUndefined(engine.getJob(input.id));
      if (known !== undefined && !isReadOf(which, known.job)) throw takenId(input.id);
      try {
        if (known === undefined && !isGuarded) return await create(engine, input, options);
        const guard = known === undefined ? {} : { ifUid: known.job.uid, ifVersion: known.job.version };
        return await engine.putJob(input, { ...guard, ...options });
      } catch (error) {
        const hasChanged = isEngineError(error, 'stale') || isEngineError(error, 'exists');
        if (isGuarded || !hasChanged) throw error;
      }
    }
    const message = `The job "${input.id}" keeps changing: others edit it at the same time. Try again.`;
    throw new EngineError('conflict', message);
  };
  return {
    createJob: async (input, ...rest) => {
      requireOwnInput(input);
      await requireFreeId(input.id);
      return engine.createJob(input, ...rest);
    },
    putJob: async (input, ...rest) => {
      requireOwnInput(input);
      return which.anyTag === undefined ? engine.putJob(input, ...rest) : putTagged(input, ...rest);
    },
  };
}

async function create(engine: RouteEngine, input: JobInput, options: CommandOptions) {
  return { ...(await engine.createJob(input, options)), created: true };
}
