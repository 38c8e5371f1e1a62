import { noUpstream, upstreamsOf } from '../../core/chains/upstreams.ts';
import { isReadOf } from '../../core/filters/jobs-read.ts';
import { shownValue } from '../../core/input/shown-value.ts';
import type { Job } from '../../core/model/job.ts';
import { backfillNotFound, jobNotFound, runNotFound } from '../../core/model/not-found.ts';
import { allNamesIn } from '../../core/secrets/secret-value.ts';
import type { RunView } from '../../core/store/store-views.ts';
import {
  EngineError,
  type InvalidField,
  type JobInput,
  type JobPatch,
} from '../../engine/ports/engine-port.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import { isEngineError } from '../routing/etag.ts';
import { type JobScope, jobsOf, scopeText, tagsText } from './job-scope.ts';
import type { RouteEngine } from './route-engine.ts';

/** The job whose tags let a change in. Undefined: no edit can take what it changes out of the scope. */
export type LookedAt = Pick<Job, 'uid' | 'version'> | undefined;

/** The checks that the methods of a scoped engine make. */
export type ScopeGuards = ReturnType<typeof guardsOf>;

export function guardsOf(engine: RouteEngine, scope: JobScope) {
  const which = jobsOf(scope);
  const { idPrefix = '', anyTag: tags } = which;

  const requireJob: RouteEngine['getJob'] = async (jobId) => {
    if (!jobId.startsWith(idPrefix)) throw jobNotFound(jobId);
    const view = await engine.getJob(jobId);
    if (!isReadOf(which, view.job)) throw jobNotFound(jobId);
    return view;
  };
  /** Without tags, the id alone says whether a job is inside: nothing is read. */
  const lookAtJob = async (jobId: string): Promise<LookedAt> => {
    if (tags !== undefined) return (await requireJob(jobId)).job;
    if (!jobId.startsWith(idPrefix)) throw jobNotFound(jobId);
    return undefined;
  };
  /** The tags that count are those of the job that the run belongs to, which may be deleted. */
  const findRun = async (runId: string): Promise<{ readonly view: RunView; readonly job: LookedAt }> => {
    const view = await engine.getRun(runId);
    const { jobId, run } = view;
    if (!jobId.startsWith(idPrefix)) throw runNotFound(runId);
    if (tags === undefined) return { view, job: undefined };
    const known = await orUndefined(engine.getJob(jobId));
    const job = known?.job.uid === run.jobUid ? known.job : undefined;
    const isOwn =
      job === undefined
        ? (await engine.listRuns({ ...which, jobUid: run.jobUid, limit: 1 })).rows.length > 0
        : isReadOf(which, job);
    if (!isOwn) throw runNotFound(runId);
    return { view, job };
  };
  const requireBackfill: RouteEngine['getBackfill'] = async (id) => {
    const [view] = await engine.listBackfills({ ...which, id, limit: 1 });
    if (view === undefined) throw backfillNotFound(id);
    return view;
  };
  return {
    requireJob,
    lookAtJob,
    lookAtRun: async (runId: string): Promise<LookedAt> => (await findRun(runId)).job,
    lookAtBackfill: async (id: string): Promise<LookedAt> => {
      const { jobId } = await requireBackfill(id);
      if (tags === undefined) return undefined;
      const known = await orUndefined(engine.getJob(jobId));
      if (known !== undefined && !isReadOf(which, known.job)) throw backfillNotFound(id);
      return known?.job;
    },
    requireRun: async (runId: string): Promise<RunView> => (await findRun(runId)).view,
    requireBackfill,
    /** A read whose first argument is the id of a job. */
    ofJob:
      <Rest extends readonly unknown[], T>(ask: (jobId: string, ...rest: Rest) => Promise<T>) =>
      async (jobId: string, ...rest: Rest): Promise<T> => {
        await lookAtJob(jobId);
        return ask(jobId, ...rest);
      },
    /** For a job that a request would create or replace. */
    requireOwnInput({ id, tags: own, payload }: Pick<JobInput, 'id' | 'tags' | 'payload'>): void {
      if (!id.startsWith(idPrefix)) throw outsideId(scope, id, idPrefix);
      requireOwnTags(scope, own);
      requireOwnSecrets(scope, payload);
    },
    /** For an edit, which must not take a job out of the scope. Null resets the tags: then there are none. */
    requireOwnPatch({ tags: next, payload }: Pick<JobPatch, 'tags' | 'payload'>): void {
      if (next !== undefined) requireOwnTags(scope, next ?? undefined);
      requireOwnSecrets(scope, payload);
    },
    requireOwnUpstream: upstreamGuard(engine, requireJob),
    /** For the payload of a job or a run. */
    requireOwnSecrets: (payload: unknown) => requireOwnSecrets(scope, payload),
    /** Whether the job of the enqueued runs of a type is inside. */
    mayEnqueue: async (jobId: string): Promise<boolean> => {
      if (tags === undefined) return jobId.startsWith(idPrefix);
      return (await orUndefined(requireJob(jobId))) !== undefined;
    },
    /** With tags, an id says nothing about the scope: a job outside may have it. */
    requireFreeId: async (jobId: string): Promise<void> => {
      if (tags === undefined) return;
      const known = await orUndefined(engine.getJob(jobId));
      if (known !== undefined && !isReadOf(which, known.job)) throw takenId(jobId);
    },
    /** Whether a job is inside that may be deleted: the audit log has its id for as long as it is kept. */
    isOwnJob: async (jobId: string): Promise<boolean> => {
      if (!jobId.startsWith(idPrefix)) return false;
      const known = await orUndefined(engine.getJob(jobId));
      if (known !== undefined) return isReadOf(which, known.job);
      return (await engine.listAudit({ ...which, target: jobId, limit: 1 })).length > 0;
    },
  };
}

/**
 * For a job that would wait for another one, which must be inside, unless the job waits for it already.
 * Outside, there is no such job.
 */
function upstreamGuard(engine: RouteEngine, requireJob: RouteEngine['getJob']) {
  return async (jobId: string, input: Pick<JobPatch, 'onlyIf' | 'after'>): Promise<void> => {
    const faults: InvalidField[] = [];
    for (const field of ['after', 'onlyIf'] as const) {
      const job = input[field]?.job;
      if (job === undefined || (await orUndefined(requireJob(job))) !== undefined) continue;
      const known = await orUndefined(engine.getJob(jobId));
      const kept = known === undefined ? [] : upstreamsOf(known.job);
      if (kept.some((one) => one.job === job && one.field === field)) continue;
      const { detail, pointer = '' } = noUpstream({ job, field });
      faults.push({ pointer, detail });
    }
    const [first, ...others] = faults;
    if (first === undefined) return;
    const summary = others.length === 0 ? first.detail : 'The job names jobs that do not exist.';
    throw new EngineError('invalid', summary, faults);
  };
}

/** The result, or undefined where there is no such job. */
export async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isEngineError(error, 'not_found')) return undefined;
    throw error;
  }
}

export function takenId(jobId: string): EngineError {
  return new EngineError('exists', `A job that you may not see has the id "${jobId}". Choose another id.`);
}

function outsideId(scope: JobScope, jobId: string, idPrefix: string): HttpProblem {
  const detail = `You may use only ${scopeText(scope)}; got "${jobId}". Choose an id such as "${idPrefix}report".`;
  const errors = [{ pointer: '/id', detail: `must begin with "${idPrefix}"; got "${jobId}"` }];
  return new HttpProblem({ status: 403, detail, errors });
}

function requireOwnTags(scope: JobScope, own: readonly string[] = []): void {
  const { anyTag: tags } = jobsOf(scope);
  if (tags === undefined || tags.some((tag) => own.includes(tag))) return;
  const wanted = tagsText(tags);
  const got = own.length === 0 ? 'no tags' : own.map((tag) => `"${tag}"`).join(', ');
  const detail = `You may use only ${scopeText(scope)}; got ${got}. Give the job ${wanted}.`;
  const errors = [{ pointer: '/tags', detail: `must contain ${wanted}; got ${got}` }];
  throw new HttpProblem({ status: 403, detail, errors });
}

/**
 * Secrets are of the whole engine: a caller could send one of another tenant anywhere. Its name says whose it
 * is, as with jobs; a tag says nothing about a secret.
 */
function requireOwnSecrets(scope: JobScope, payload: unknown): void {
  const { idPrefix } = jobsOf(scope);
  const other = allNamesIn(payload).find((name) => idPrefix === undefined || !name.startsWith(idPrefix));
  if (other === undefined) return;
  const may =
    idPrefix === undefined ? 'no stored secret' : `only secrets whose name begins with "${idPrefix}"`;
  const detail = `You may use only ${scopeText(scope)}, so a payload may name ${may}; got ${shownValue(other)}. Send the value itself, or ask somebody who may see all jobs.`;
  throw new HttpProblem({ status: 403, detail, errors: [{ pointer: '/payload', detail }] });
}
