import { z } from 'zod';
import { EngineError } from '../../../engine/ports/engine-port.ts';
import { encodeCursor } from '../../fields/cursor.ts';
import { pageSchema } from '../../fields/page.ts';
import { tagsOf } from '../../fields/tag.ts';
import { createJobBody, jobInput } from '../../input/job-input.ts';
import { readCursor } from '../../routing/read-cursor.ts';
import { commandOptions, defineRoute } from '../../routing/route.ts';
import { BODY_PROBLEMS, ETAG, LOCATION, problems, success } from '../../routing/route-docs.ts';
import type { RouteEngine } from '../../scope/route-engine.ts';
import { jobJson, jobOrder, jobSchema, jobsQuery, tagCountSchema } from '../../views/jobs/job.ts';
import { jobAnswer } from './job-answers.ts';

const createJob = defineRoute({
  method: 'POST',
  path: '/jobs',
  need: 'admin',
  doc: {
    operationId: 'createJob',
    summary: 'Create a job',
    description: 'Takes effect at once; the response has the next run. The id must be free.',
  },
  body: createJobBody,
  responses: {
    201: success(jobSchema, 'The job', { ...LOCATION, ...ETAG }),
    ...problems(409, ...BODY_PROBLEMS),
  },
  handle: async ({ body, context }, { engine, longestParameter }) => {
    checkIdLength(body.id, longestParameter);
    context.logWith({ jobId: body.id });
    return jobAnswer(await engine.createJob(jobInput(body), commandOptions(context)), { isNew: true });
  },
});

/** A Fastify host with its default of 100 would not route requests to a longer id. */
function checkIdLength(id: string, longest: number): void {
  if (id.length <= longest) return;
  const detail = `must have at most ${longest} characters on this server (its maxParamLength); got ${id.length}`;
  throw new EngineError('invalid', 'The request is not valid.', [{ pointer: '/id', detail }]);
}

const getJobs = defineRoute({
  method: 'GET',
  path: '/jobs',
  need: 'read',
  doc: {
    operationId: 'listJobs',
    summary: 'List jobs',
    description: 'A page at a time, with the newest runs of each if asked for.',
  },
  query: jobsQuery,
  responses: { 200: success(pageSchema(jobSchema), 'A page of jobs'), ...problems() },
  handle: async ({ url, query }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, () => listJobs(engine, query)),
  }),
});

async function listJobs(engine: RouteEngine, query: z.output<typeof jobsQuery>) {
  const { sort, cursor, recent_runs: recentRuns, tag, ...which } = query;
  const { field, descending } = jobOrder(sort);
  const order = `jobs:${sort}`;
  const kind = field === 'id' || field === 'name' ? 'text' : 'number';
  const { rows, next } = await engine.listJobs({
    ...which,
    tags: tagsOf(tag),
    sort: field,
    descending,
    recentRuns: recentRuns === 0 ? undefined : recentRuns,
    after: cursor === undefined ? undefined : readCursor(order, kind, cursor),
  });
  return { data: rows.map(jobJson), next_cursor: next === undefined ? null : encodeCursor(order, next) };
}

const listJobTags = defineRoute({
  method: 'GET',
  path: '/job-tags',
  need: 'read',
  doc: {
    operationId: 'listJobTags',
    summary: 'List the tags in use',
    description: 'Each tag with the number of its jobs, most used first.',
  },
  responses: { 200: success(z.object({ data: z.array(tagCountSchema) }), 'The tags'), ...problems() },
  handle: async ({ url }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, async () => ({ data: (await engine.listTags()).map((tag) => ({ ...tag })) })),
  }),
});

/** POST /jobs, GET /jobs and GET /job-tags. */
export const jobListRoutes = [createJob, getJobs, listJobTags];
