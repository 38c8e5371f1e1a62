import { isReadOf } from '../../core/filters/jobs-read.ts';
import { type CommandOptions, EngineError, type JobInput } from '../../engine/ports/engine-port.ts';
import { isEngineError, stale } from '../routing/etag.ts';
import { type JobScope, jobsOf } from './job-scope.ts';
import { withOwnLinks } from './own-links.ts';
import type { RouteEngine } from './route-engine.ts';
import { type LookedAt, orUndefined, type ScopeGuards, takenId } from './scope-guards.ts';

/** How often a change looks again at a job that others create or change at the same time. */
const TRIES = 5;

type Writes =
  | 'createJob'
  | 'putJob'
  | 'patchJob'
  | 'deleteJob'
  | 'pauseJob'
  | 'resumeJob'
  | 'trigger'
  | 'cancelRun'
  | 'retryRun'
  | 'backfillJob'
  | 'cancelBackfill';

/** What changes jobs and their runs: only jobs of the scope, which stay in it. */
export function scopedWrites(
  engine: RouteEngine,
  scope: JobScope,
  guards: ScopeGuards,
): Pick<RouteEngine, Writes> {
  const which = jobsOf(scope);
  const { requireOwnInput, requireOwnPatch, requireOwnSecrets, requireOwnUpstream, requireFreeId } = guards;
  const { lookAtJob, lookAtRun, lookAtBackfill } = guards;
  /** `check`: what else the request must not ask for, once the job is known to be inside. */
  const ofJob = (jobId: string, check?: () => void | Promise<void>) =>
    whileInside(async () => {
      const job = await lookAtJob(jobId);
      await check?.();
      return job;
    });
  const ofRun = (runId: string) => whileInside(() => lookAtRun(runId));

  /** Replaces the job as it was read inside the scope, never another one that takes its id meanwhile. */
  const putTagged: RouteEngine['putJob'] = async (input, options = {}) => {
    const isGuarded = options.ifUid !== undefined || options.ifVersion !== undefined;
    for (let tries = 0; tries < TRIES; tries++) {
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
    throw keepsChanging();
  };
  return {
    createJob: async (input, ...rest) => {
      requireOwnInput(input);
      await requireFreeId(input.id);
      await requireOwnUpstream(input.id, input);
      return engine.createJob(input, ...rest);
    },
    putJob: async (input, ...rest) => {
      requireOwnInput(input);
      await requireOwnUpstream(input.id, input);
      return which.anyTag === undefined ? engine.putJob(input, ...rest) : putTagged(input, ...rest);
    },
    patchJob: (jobId, patch, options) => {
      const check = () => {
        requireOwnPatch(patch);
        return requireOwnUpstream(jobId, patch);
      };
      return ofJob(jobId, check)(options, (own) => engine.patchJob(jobId, patch, own));
    },
    deleteJob: (jobId, options) => ofJob(jobId)(options, (own) => engine.deleteJob(jobId, own)),
    pauseJob: (jobId, input, options) => ofJob(jobId)(options, (own) => engine.pauseJob(jobId, input, own)),
    resumeJob: (jobId, options) => ofJob(jobId)(options, (own) => engine.resumeJob(jobId, own)),
    trigger: (jobId, input, options) => {
      const check = () => requireOwnSecrets(input?.payload);
      return ofJob(jobId, check)(options, (own) => engine.trigger(jobId, input, own));
    },
    cancelRun: async (runId, input, options) =>
      withOwnLinks(guards, await ofRun(runId)(options, (own) => engine.cancelRun(runId, input, own))),
    retryRun: (runId, options) =>
      ofRun(runId)(options, (own) => engine.retryRun(runId, { ...options, ...own })),
    backfillJob: (jobId, input, options) =>
      ofJob(jobId)(options, (own) => engine.backfillJob(jobId, input, own)),
    cancelBackfill: (id, input, options) =>
      whileInside(() => lookAtBackfill(id))(options, (own) => engine.cancelBackfill(id, input, own)),
  };
}

/**
 * Makes a change under the version of the job that was looked at: a job that leaves the scope meanwhile is
 * not changed, because that edit makes another version.
 */
function whileInside(look: () => Promise<LookedAt>) {
  return async <T>(options: CommandOptions = {}, change: (own: CommandOptions) => Promise<T>): Promise<T> => {
    for (let tries = 0; tries < TRIES; tries++) {
      const job = await look();
      if (job === undefined) return change(options);
      const { ifUid = job.uid, ifVersion = job.version } = options;
      if (ifUid !== job.uid || ifVersion !== job.version) throw stale();
      try {
        return await change({ ...options, ifUid, ifVersion });
      } catch (error) {
        if (options.ifVersion !== undefined || !isEngineError(error, 'stale')) throw error;
      }
    }
    throw keepsChanging();
  };
}

function keepsChanging(): EngineError {
  return new EngineError('conflict', 'The job keeps changing: others edit it at the same time. Try again.');
}

async function create(engine: RouteEngine, input: JobInput, options: CommandOptions) {
  return { ...(await engine.createJob(input, options)), created: true };
}
