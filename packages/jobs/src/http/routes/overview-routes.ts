import type { z } from 'zod';
import { shownValue } from '../../core/input/shown-value.ts';
import { StoreError } from '../../core/model/errors.ts';
import { allNamesIn } from '../../core/secrets/secret-value.ts';
import type { LimitWaits } from '../../core/type-limits/limit-waits.ts';
import type { JobInput, JobPolicy } from '../../engine/ports/engine-port.ts';
import { tagsOf } from '../fields/tag.ts';
import { checkInput } from '../input/check.ts';
import { jobInput, schedulePatch } from '../input/job-input.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import { invalidRequest } from '../requests/rest-fault.ts';
import { defineRoute, type RequestContext } from '../routing/route.ts';
import { BODY_PROBLEMS, problems, success } from '../routing/route-docs.ts';
import { type JobScope, jobsOf } from '../scope/job-scope.ts';
import type { RouteEngine } from '../scope/route-engine.ts';
import { type CallerJson, callerSchema } from '../views/caller.ts';
import { forecastJson, forecastQuery, forecastSchema } from '../views/forecast.ts';
import { historyJson, historyQuery, historySchema } from '../views/history.ts';
import { jobTypeJson, jobTypesSchema } from '../views/jobs/job-type.ts';
import { isWholeJob, previewBody, previewJson, previewSchema, wholeJobBody } from '../views/jobs/preview.ts';
import { statsJson, statsQuery, statsSchema } from '../views/stats.ts';

const listJobTypes = defineRoute({
  method: 'GET',
  path: '/job-types',
  need: 'read',
  doc: {
    operationId: 'listJobTypes',
    summary: 'List the job types',
    description:
      'The job types of this server, with the JSON Schema of their payloads, their defaults, and the runs that wait for their limits. While the database does not answer, counts are null.',
  },
  responses: { 200: success(jobTypesSchema, 'The job types'), ...problems() },
  handle: async (_request, { engine }) => {
    const waits = new Map((await limitWaits(engine)).map((one) => [one.type, one]));
    const data = engine.jobTypes().map((info) => jobTypeJson(info, waits.get(info.type)));
    return { status: 200, body: { data } };
  },
});

/** None without the database: the types are in the code, and pages and commands need them. */
async function limitWaits(engine: RouteEngine): Promise<readonly LimitWaits[]> {
  try {
    return await engine.limitWaits();
  } catch (error) {
    if (error instanceof StoreError) return [];
    throw error;
  }
}

const previewJob = defineRoute({
  method: 'POST',
  path: '/job-preview',
  need: 'read',
  doc: {
    operationId: 'previewJob',
    summary: 'Preview a schedule or a job',
    description:
      'A dry run that changes nothing. Returns the next run times of a schedule or, with job_id, of that job after a PATCH with these fields. A body with further fields is a whole job with its id: it is checked as PUT would check it, payload included. Only an admin may name a stored secret in it.',
  },
  body: previewBody,
  responses: { 200: success(previewSchema, 'The run times'), ...problems(404, 409, ...BODY_PROBLEMS) },
  handle: async ({ body, context }, { engine }) => {
    if (isWholeJob(body)) {
      await refuseNames(body.payload, context);
      return { status: 200, body: previewJson(await engine.preview(wholeJob(body))) };
    }
    const { job_id: jobId, count, ...fields } = body;
    const patch = schedulePatch(fields);
    const preview = await (jobId === undefined
      ? engine.preview({ schedule: withoutNulls(patch), count })
      : engine.preview({ jobId, patch, count }));
    return { status: 200, body: previewJson(preview) };
  },
});

/** Throws a 403 for a caller who may not list the secrets: the answer tells whether one has this name. */
async function refuseNames(payload: unknown, context: RequestContext): Promise<void> {
  const [name] = allNamesIn(payload);
  if (name === undefined || (await context.may('admin'))) return;
  const detail = `Only an admin may name a secret in the payload of a preview; got ${shownValue(name)}. Leave out the payload, or ask an admin.`;
  throw new HttpProblem({ status: 403, detail, errors: [{ pointer: '/payload', detail }] });
}

function wholeJob(body: z.output<typeof previewBody>): JobInput & { readonly count: number } {
  const checked = checkInput(wholeJobBody, body);
  if (!checked.ok) throw invalidRequest('POST /job-preview', checked.faults);
  return { ...jobInput(checked.value), count: checked.value.count };
}

/** A preview without a job has no fields to reset, so null means absent. */
function withoutNulls<T extends object>(patch: T): { [Key in keyof T]: Exclude<T[Key], null> } {
  const entries = Object.entries(patch).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], null> };
}

const getJobForecast = defineRoute({
  method: 'GET',
  path: '/job-forecast',
  need: 'read',
  doc: {
    operationId: 'getJobForecast',
    summary: 'Forecast the runs to come',
    description:
      'The runs that schedules will make in the next hours, by hour or minute, by type and tag, with the time that they will take. Names minutes in which too many runs begin together, and quiet ones. Exact up to 1,000 jobs; estimated from an even sample beyond.',
  },
  query: forecastQuery,
  responses: { 200: success(forecastSchema, 'The forecast'), ...problems() },
  handle: async ({ query: { tag, ...query }, url }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, async () =>
      forecastJson(await engine.forecast({ ...query, tags: tagsOf(tag) })),
    ),
  }),
});

const getJobStats = defineRoute({
  method: 'GET',
  path: '/job-stats',
  need: 'read',
  doc: {
    operationId: 'getJobStats',
    summary: 'Read counts and nodes',
    description:
      'Jobs by status and health, live runs by state, and finished runs by hour, with tag only of the jobs with this tag; the counts of this node for the last minute and for each of the last 60 minutes; all live nodes with their health and places.',
  },
  query: statsQuery,
  responses: { 200: success(statsSchema, 'The counts'), ...problems() },
  handle: async ({ url, query }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, async () => statsJson(await engine.stats({ tags: tagsOf(query.tag) }))),
  }),
});

const getJobHistory = defineRoute({
  method: 'GET',
  path: '/job-stats/history',
  need: 'read',
  doc: {
    operationId: 'getJobHistory',
    summary: 'Read counts, durations and lateness over time',
    description:
      'Finished runs by step of time, for up to 90 days: counts by status, success rate, median and 95th percentile of duration and lateness, at most 15 % from the exact values. Of all jobs, or of one job, type or tag. Runs of earlier versions have no durations once they are pruned.',
  },
  query: historyQuery,
  responses: { 200: success(historySchema, 'The counts'), ...problems(404) },
  handle: async ({ query, url }, { engine, reads }) => {
    const { job_id: jobId, ...which } = query;
    const body = await reads.read(url, async () => historyJson(await engine.history({ ...which, jobId })));
    return { status: 200, body };
  },
});

const getCaller = defineRoute({
  method: 'GET',
  path: '/me',
  need: 'read',
  doc: {
    operationId: 'getCaller',
    summary: 'Read who sends this request, with the rights, the scope and the policy',
    description: 'For clients that show only what the caller may do. Without the right to read: 403.',
  },
  responses: { 200: success(callerSchema, 'The caller'), ...problems() },
  handle: async ({ context }) => {
    const id = context.principal?.id ?? null;
    const further = await Promise.all([context.may('operate'), context.may('admin')]);
    const rights = (['operate', 'admin'] as const).filter((_right, at) => further[at]);
    const caller: CallerJson = {
      id,
      name: context.principal?.name ?? id,
      scope: scopeJson(context.principal?.scope),
      policy: policyJson(context.principal?.policy),
      rights: ['read', ...rights],
    };
    return { status: 200, body: caller };
  },
});

function policyJson(policy: JobPolicy | undefined): CallerJson['policy'] {
  if (policy === undefined) return null;
  const { minInterval, maxJobs, types, tags } = policy;
  return {
    min_interval: minInterval ?? null,
    max_jobs: maxJobs ?? null,
    types: types === undefined ? null : [...types],
    tags: tags === undefined ? null : [...tags],
  };
}

function scopeJson(scope: JobScope | undefined): CallerJson['scope'] {
  if (scope === undefined) return null;
  const { idPrefix, anyTag } = jobsOf(scope);
  return { id_prefix: idPrefix ?? null, tags: anyTag === undefined ? null : [...anyTag] };
}

/** Job types, dry runs of a schedule, the forecast, counts and the caller. */
export const overviewRoutes = [
  listJobTypes,
  previewJob,
  getJobForecast,
  getJobStats,
  getJobHistory,
  getCaller,
];
