import { enqueuedJobId } from '../../core/model/enqueued-job.ts';
import { backfillNotFound, jobNotFound, runNotFound } from '../../core/model/not-found.ts';
import type { JobsRead } from '../../core/store/jobs-read.ts';
import type { AlertsApi } from '../../engine/alerts-port.ts';
import type { Engine } from '../../engine/engine-port.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import type { ShownStats } from '../views/stats.ts';
import type { JobScope } from './job-scope.ts';

/** What routes use of the engine. A new method also needs a row in {@link scopedEngine}. */
export interface RouteEngine
  extends Pick<
    Engine,
    | 'createJob'
    | 'putJob'
    | 'patchJob'
    | 'deleteJob'
    | 'getJob'
    | 'listJobs'
    | 'listTags'
    | 'pauseJob'
    | 'resumeJob'
    | 'pauseAll'
    | 'resumeAll'
    | 'pauseOfAll'
    | 'trigger'
    | 'enqueue'
    | 'listJobVersions'
    | 'getJobVersion'
    | 'getRun'
    | 'listRuns'
    | 'listFailures'
    | 'getLogs'
    | 'cancelRun'
    | 'retryRun'
    | 'preview'
    | 'forecast'
    | 'backfillJob'
    | 'getBackfill'
    | 'listBackfills'
    | 'cancelBackfill'
    | 'jobTypes'
    | 'listAudit'
    | keyof AlertsApi
    | 'history'
  > {
  stats(query?: JobsRead): Promise<ShownStats>;
}

/**
 * The engine as a caller with a scope sees it: a job outside the scope does not exist, nor do its runs, and
 * the caller may not create it (403). Job types are of the whole engine; what nodes report is left out.
 */
export function scopedEngine(engine: RouteEngine, { idPrefix }: JobScope): RouteEngine {
  const { ofJob, ofRun, requireRun, requireBackfill, requireOwnJob, requireOwnId } = guardsOf(
    engine,
    idPrefix,
  );
  return {
    createJob: async (input, ...rest) => {
      requireOwnId(input.id);
      return engine.createJob(input, ...rest);
    },
    putJob: async (input, ...rest) => {
      requireOwnId(input.id);
      return engine.putJob(input, ...rest);
    },
    patchJob: ofJob((...args) => engine.patchJob(...args)),
    deleteJob: ofJob((...args) => engine.deleteJob(...args)),
    getJob: ofJob((...args) => engine.getJob(...args)),
    listJobs: (query) => engine.listJobs({ ...query, idPrefix }),
    listTags: (query) => engine.listTags({ ...query, idPrefix }),
    pauseJob: ofJob((...args) => engine.pauseJob(...args)),
    resumeJob: ofJob((...args) => engine.resumeJob(...args)),
    pauseAll: refuseAll,
    resumeAll: refuseAll,
    pauseOfAll: () => engine.pauseOfAll(),
    trigger: ofJob((...args) => engine.trigger(...args)),
    enqueue: async (type, ...rest) => {
      const jobId = enqueuedJobId(typeof type === 'string' ? type : type.type);
      if (!jobId.startsWith(idPrefix))
        throw new HttpProblem({ status: 403, detail: enqueueText(jobId, idPrefix) });
      return engine.enqueue(type, ...rest);
    },
    listJobVersions: ofJob((...args) => engine.listJobVersions(...args)),
    getJobVersion: ofJob((...args) => engine.getJobVersion(...args)),
    getRun: requireRun,
    listRuns: (query) => engine.listRuns({ ...query, idPrefix }),
    listFailures: (query) => engine.listFailures({ ...query, idPrefix }),
    getLogs: ofRun((...args) => engine.getLogs(...args)),
    cancelRun: ofRun((...args) => engine.cancelRun(...args)),
    retryRun: ofRun((...args) => engine.retryRun(...args)),
    preview: async (input) => {
      if ('jobId' in input) requireOwnJob(input.jobId);
      if ('id' in input) requireOwnId(input.id);
      return engine.preview(input);
    },
    forecast: (query) => engine.forecast({ ...query, idPrefix }),
    backfillJob: ofJob((...args) => engine.backfillJob(...args)),
    getBackfill: requireBackfill,
    listBackfills: (query) => engine.listBackfills({ ...query, idPrefix }),
    cancelBackfill: async (id, ...rest) => {
      await requireBackfill(id);
      return engine.cancelBackfill(id, ...rest);
    },
    jobTypes: () => engine.jobTypes(),
    ...noAlerts(idPrefix),
    listAudit: (query) => engine.listAudit({ ...query, idPrefix }),
    history: async (query = {}) => {
      if (query.jobId !== undefined) requireOwnJob(query.jobId);
      return engine.history({ ...query, idPrefix });
    },
    stats: async (query) => {
      const stats = await engine.stats({ ...query, idPrefix });
      return { ...stats, lastMinute: undefined, minutes: [], nodes: [] };
    },
  };
}

/** Channels hear of all jobs, so they are of the whole engine. */
function noAlerts(idPrefix: string): AlertsApi {
  const refuse = async (): Promise<never> => {
    const detail = `Alert channels are of all jobs, and you may use only jobs whose id begins with "${idPrefix}". Ask somebody without this bound.`;
    throw new HttpProblem({ status: 403, detail });
  };
  return {
    createAlertChannel: refuse,
    patchAlertChannel: refuse,
    deleteAlertChannel: refuse,
    getAlertChannel: refuse,
    listAlertChannels: refuse,
    testAlertChannel: refuse,
    listAlertDeliveries: refuse,
    retryAlertDelivery: refuse,
  };
}

async function refuseAll(): Promise<never> {
  const detail =
    'You may use only some of the jobs, so you cannot pause or resume all of them. Pause your jobs with POST /jobs/:job_id/pause.';
  throw new HttpProblem({ status: 403, detail });
}

function guardsOf(engine: RouteEngine, idPrefix: string) {
  const requireOwnJob = (jobId: string): void => {
    if (!jobId.startsWith(idPrefix)) throw jobNotFound(jobId);
  };
  const requireRun: RouteEngine['getRun'] = async (runId) => {
    const view = await engine.getRun(runId);
    if (!view.jobId.startsWith(idPrefix)) throw runNotFound(runId);
    return view;
  };
  const requireBackfill: RouteEngine['getBackfill'] = async (id) => {
    const view = await engine.getBackfill(id);
    if (!view.jobId.startsWith(idPrefix)) throw backfillNotFound(id);
    return view;
  };
  return {
    requireOwnJob,
    requireRun,
    requireBackfill,
    /** A method whose first argument is the id of a job. */
    ofJob:
      <Rest extends readonly unknown[], T>(ask: (jobId: string, ...rest: Rest) => Promise<T>) =>
      async (jobId: string, ...rest: Rest): Promise<T> => {
        requireOwnJob(jobId);
        return ask(jobId, ...rest);
      },
    /** A method whose first argument is the id of a run. */
    ofRun:
      <Rest extends readonly unknown[], T>(ask: (runId: string, ...rest: Rest) => Promise<T>) =>
      async (runId: string, ...rest: Rest): Promise<T> => {
        await requireRun(runId);
        return ask(runId, ...rest);
      },
    /** For the id of a job that a request would create. */
    requireOwnId(jobId: string): void {
      if (jobId.startsWith(idPrefix)) return;
      const detail = `${outsideText(jobId, idPrefix)} Choose an id such as "${idPrefix}report".`;
      const errors = [{ pointer: '/id', detail: `must begin with "${idPrefix}"; got "${jobId}"` }];
      throw new HttpProblem({ status: 403, detail, errors });
    },
  };
}

function outsideText(jobId: string, idPrefix: string): string {
  return `You may use only jobs whose id begins with "${idPrefix}"; got "${jobId}".`;
}

function enqueueText(jobId: string, idPrefix: string): string {
  return `${outsideText(jobId, idPrefix)} All enqueued runs of a type belong to this job. Create an on-demand job, and run it.`;
}
