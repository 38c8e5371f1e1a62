import { enqueuedJobId } from '../../core/model/enqueued-job.ts';
import type { AlertsApi } from '../../engine/ports/alerts-port.ts';
import type { CalendarsApi } from '../../engine/ports/calendars-port.ts';
import { EngineError } from '../../engine/ports/engine-port.ts';
import type { NodesApi } from '../../engine/ports/nodes-port.ts';
import type { SecretsApi } from '../../engine/ports/secrets-port.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import { type JobScope, jobsOf, scopeText } from './job-scope.ts';
import { withOwnLinks } from './own-links.ts';
import type { RouteEngine } from './route-engine.ts';
import { guardsOf } from './scope-guards.ts';
import { scopedBulk } from './scoped-bulk.ts';
import { scopedWrites } from './scoped-writes.ts';

/**
 * The engine as a caller with a scope sees it: a job outside the scope does not exist, nor do its runs, and
 * the caller may not create it (403). Job types are of the whole engine; what nodes report is left out.
 */
export function scopedEngine(engine: RouteEngine, scope: JobScope): RouteEngine {
  const which = jobsOf(scope);
  const guards = guardsOf(engine, scope);
  const { ofJob, requireJob, requireRun, requireBackfill, lookAtJob } = guards;
  const scoped: RouteEngine = {
    ...scopedWrites(engine, scope, guards),
    getJob: requireJob,
    listJobs: (query) => engine.listJobs({ ...query, ...which }),
    listTags: (query) => engine.listTags({ ...query, ...which }),
    pauseAll: refuseAll,
    resumeAll: refuseAll,
    pauseOfAll: () => engine.pauseOfAll(),
    enqueue: async (type, payload, ...rest) => {
      const jobId = enqueuedJobId(typeof type === 'string' ? type : type.type);
      if (!(await guards.mayEnqueue(jobId)))
        throw new HttpProblem({ status: 403, detail: enqueueText(jobId, scope) });
      guards.requireOwnSecrets(payload);
      return engine.enqueue(type, payload, ...rest);
    },
    listJobVersions: ofJob((...args) => engine.listJobVersions(...args)),
    getJobVersion: ofJob((...args) => engine.getJobVersion(...args)),
    getRun: async (runId) => withOwnLinks(guards, await requireRun(runId)),
    listRuns: async (query) => {
      const page = await engine.listRuns({ ...query, ...which });
      return { ...page, rows: await Promise.all(page.rows.map((view) => withOwnLinks(guards, view))) };
    },
    listFailures: (query) => engine.listFailures({ ...query, ...which }),
    runTimeline: (query) => engine.runTimeline({ ...query, ...which }),
    getLogs: async (runId) => {
      await requireRun(runId);
      return engine.getLogs(runId);
    },
    preview: async (input) => {
      if ('jobId' in input) {
        await lookAtJob(input.jobId);
        guards.requireOwnPatch(input.patch);
        return previewLinks(engine, input, guards.requireOwnUpstream(input.jobId, input.patch));
      }
      if ('id' in input) {
        guards.requireOwnInput(input);
        await guards.requireFreeId(input.id);
        return previewLinks(engine, input, guards.requireOwnUpstream(input.id, input));
      }
      return engine.preview(input);
    },
    forecast: (query) => engine.forecast({ ...query, ...which }),
    getBackfill: requireBackfill,
    listBackfills: (query) => engine.listBackfills({ ...query, ...which }),
    jobTypes: () => engine.jobTypes(),
    // Runs of all scopes wait for the limits of a type.
    limitWaits: async () => [],
    ...scopedBulk(engine, scope, () => scoped),
    ...noAlerts(scope),
    ...noSecrets(),
    ...sharedCalendars(engine, scope),
    ...noNodes(scope),
    listAudit: (query) => engine.listAudit({ ...query, ...which }),
    history: async (query = {}) => {
      if (query.jobId !== undefined) await lookAtJob(query.jobId);
      return engine.history({ ...query, ...which });
    },
    stats: async (query) => {
      const stats = await engine.stats({ ...query, ...which });
      return { ...stats, lastMinute: undefined, minutes: [], nodes: [], database: undefined };
    },
  };
  return scoped;
}

/**
 * The refusal of upstream jobs comes after all other faults, as without a scope, and hides circles outside.
 */
async function previewLinks(
  engine: RouteEngine,
  input: Parameters<RouteEngine['preview']>[0],
  own: Promise<void>,
): ReturnType<RouteEngine['preview']> {
  const [guarded, answer] = await Promise.allSettled([own, engine.preview(input)]);
  const isOfLinks =
    answer.status === 'fulfilled' ||
    (answer.reason instanceof EngineError &&
      answer.reason.faults.length > 0 &&
      answer.reason.faults.every(({ pointer }) => /^\/(after|onlyIf)\/job$/.test(pointer)));
  if (guarded.status === 'rejected' && isOfLinks) throw guarded.reason;
  if (answer.status === 'rejected') throw answer.reason;
  return answer.value;
}

/** Channels hear of all jobs, so they are of the whole engine. */
function noAlerts(scope: JobScope): AlertsApi {
  const refuse = async (): Promise<never> => {
    const detail = `Alert channels are of all jobs, and you may use only ${scopeText(scope)}. Ask somebody who may see all jobs.`;
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

/** Jobs of all scopes may refer to a secret. */
function noSecrets(): SecretsApi {
  const refuse = async (): Promise<never> => {
    const detail =
      'Secrets are of all jobs, and you may use only some of the jobs. Ask somebody who may see all jobs.';
    throw new HttpProblem({ status: 403, detail });
  };
  return { listSecrets: refuse, putSecret: refuse, deleteSecret: refuse, resealSecrets: refuse };
}

/** A calendar changes jobs of others, so a caller with a scope only reads it. */
function sharedCalendars(engine: RouteEngine, scope: JobScope): CalendarsApi {
  const refuse = async (): Promise<never> => {
    const detail = `A calendar changes all jobs that use it, and you may use only ${scopeText(scope)}. Ask somebody who may see all jobs.`;
    throw new HttpProblem({ status: 403, detail });
  };
  return {
    listCalendars: () => engine.listCalendars(),
    getCalendar: (calendarId) => engine.getCalendar(calendarId),
    putCalendar: refuse,
    deleteCalendar: refuse,
  };
}

/** A node runs the jobs of everybody. */
function noNodes(scope: JobScope): NodesApi {
  const refuse = async (): Promise<never> => {
    const detail = `Nodes run all jobs, and you may use only ${scopeText(scope)}. Ask somebody who may see all jobs.`;
    throw new HttpProblem({ status: 403, detail });
  };
  return { listNodes: async () => [], drainNode: refuse, resumeNode: refuse };
}

async function refuseAll(): Promise<never> {
  const detail =
    'You may use only some of the jobs, so you cannot pause or resume all of them. Change your jobs with POST /jobs/bulk, all: true.';
  throw new HttpProblem({ status: 403, detail });
}

function enqueueText(jobId: string, scope: JobScope): string {
  return `You may use only ${scopeText(scope)}; got "${jobId}". All enqueued runs of a type belong to this job. Create an on-demand job, and run it.`;
}
