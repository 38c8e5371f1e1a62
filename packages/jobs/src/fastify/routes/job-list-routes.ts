import type { z } from 'zod';
import { EngineError } from '../../engine/engine-port.ts';
import {
  createJobBody,
  encodeCursor,
  jobInput,
  jobJson,
  jobOrder,
  jobSchema,
  jobsQuery,
  pageSchema,
} from '../../http/index.ts';
import { answerJob } from './job-answers.ts';
import { logWith } from './log-ids.ts';
import { readCursor } from './read-cursor.ts';
import type { JobsApp, RouteContext } from './route-context.ts';
import { BODY_PROBLEMS, ETAG, LOCATION, problems, success } from './route-docs.ts';

/** POST /jobs and GET /jobs. */
export function jobListRoutes(app: JobsApp, context: RouteContext): void {
  createRoute(app, context);
  listRoute(app, context);
}

function createRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'createJob',
      summary: 'Create a job',
      description: 'Takes effect at once; the response has the next run. The id must be free.',
    }),
    body: createJobBody,
    response: {
      201: success(jobSchema, 'The job', { ...LOCATION, ...ETAG }),
      ...problems(409, ...BODY_PROBLEMS),
    },
  };
  app.post('/jobs', { preParsing: context.allow('admin'), schema }, async (request, reply) => {
    const { id: jobId } = request.body;
    checkIdLength(jobId, context.longestParameter);
    logWith(reply, { jobId });
    const view = await context.engine.createJob(jobInput(request.body), context.commandOptions(request));
    reply.code(201).header('location', context.path(`/jobs/${view.job.id}`));
    return answerJob(reply, view);
  });
}

/** A host with Fastify's default of 100 would not route requests to a longer id. */
function checkIdLength(id: string, longest: number): void {
  if (id.length <= longest) return;
  const detail = `must have at most ${longest} characters on this server (its maxParamLength); got ${id.length}`;
  throw new EngineError('invalid', 'The request is not valid.', [{ pointer: '/id', detail }]);
}

function listRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'listJobs',
      summary: 'List jobs',
      description: 'A page at a time, with the newest runs of each if asked for.',
    }),
    querystring: jobsQuery,
    response: { 200: success(pageSchema(jobSchema), 'A page of jobs'), ...problems() },
  };
  app.get('/jobs', { preParsing: context.allow('read'), schema }, (request) =>
    context.share(request, () => listJobs(context, request.query)),
  );
}

async function listJobs({ engine }: RouteContext, query: z.output<typeof jobsQuery>) {
  const { sort, cursor, limit, type, status, health, q, recent_runs: recentRuns } = query;
  const { field, descending } = jobOrder(sort);
  const order = `jobs:${sort}`;
  const kind = field === 'id' || field === 'name' ? 'text' : 'number';
  const { rows, next } = await engine.listJobs({
    sort: field,
    descending,
    limit,
    ...(type === undefined ? {} : { type }),
    ...(status === undefined ? {} : { status }),
    ...(health === undefined ? {} : { health }),
    ...(q === undefined ? {} : { q }),
    ...(recentRuns === 0 ? {} : { recentRuns }),
    ...(cursor === undefined ? {} : { after: readCursor(order, kind, cursor) }),
  });
  return { data: rows.map(jobJson), next_cursor: next === undefined ? null : encodeCursor(order, next) };
}
