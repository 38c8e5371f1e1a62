import { z } from 'zod';
import type { RunQuery } from '../../core/store-views.ts';
import {
  cancelBody,
  emptyBody,
  encodeCursor,
  jobParams,
  jobRunsQuery,
  logLineJson,
  logLineSchema,
  pageSchema,
  runJson,
  runParams,
  runSchema,
  runsQuery,
} from '../../http/index.ts';
import { logWith } from './log-ids.ts';
import { readCursor } from './read-cursor.ts';
import { bodyIsOptional, type JobsApp, type RouteContext } from './route-context.ts';
import { BODY_PROBLEMS, LOCATION, problems, success } from './route-docs.ts';

/** Runs: lists, one, its log, cancel and retry. */
export function runRoutes(app: JobsApp, context: RouteContext): void {
  jobHistoryRoute(app, context);
  listRoute(app, context);
  readRoute(app, context);
  logsRoute(app, context);
  cancelRoute(app, context);
  retryRoute(app, context);
}

const runPage = success(pageSchema(runSchema), 'A page of runs, the newest first');

function jobHistoryRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'listJobRuns',
      summary: 'The runs of a job',
      description:
        'Of this generation of its id: what an earlier job of the same id did is in GET /runs?job_id=.',
    }),
    params: jobParams,
    querystring: jobRunsQuery,
    response: { 200: runPage, ...problems(404) },
  };
  app.get('/jobs/:job_id/runs', { preParsing: context.allow('read'), schema }, (request) =>
    context.share(request, async () => {
      const { job } = await context.engine.getJob(request.params.job_id);
      return listRuns(context, { jobUid: job.uid }, request.query);
    }),
  );
}

function listRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'listRuns',
      summary: 'The runs of all jobs',
      description: 'Runs of deleted jobs included, for as long as they are kept.',
    }),
    querystring: runsQuery,
    response: { 200: runPage, ...problems() },
  };
  app.get('/runs', { preParsing: context.allow('read'), schema }, (request) => {
    const { job_id: jobId, type, ...query } = request.query;
    const which = {
      ...(jobId === undefined ? {} : { jobId }),
      ...(type === undefined ? {} : { type }),
    };
    return context.share(request, () => listRuns(context, which, query));
  });
}

/** Ids of runs rise with time, so the key alone is the order. */
async function listRuns(
  context: RouteContext,
  which: Pick<RunQuery, 'jobId' | 'jobUid' | 'type'>,
  query: z.output<typeof jobRunsQuery>,
) {
  const { status, from, to, limit, cursor } = query;
  const { rows, next } = await context.engine.listRuns({
    ...which,
    limit,
    ...(status === undefined ? {} : { status }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(cursor === undefined ? {} : { before: readCursor('runs', 'run', cursor).key }),
  });
  return {
    data: rows.map((view) => runJson(view)),
    next_cursor: next === undefined ? null : encodeCursor('runs', { value: null, key: next.key }),
  };
}

function readRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'getRun',
      summary: 'Read a run',
      description: 'With its progress, its result, and every error with its stack.',
    }),
    params: runParams,
    response: { 200: success(runSchema, 'The run'), ...problems(404) },
  };
  app.get('/runs/:run_id', { preParsing: context.allow('read'), schema }, async (request) =>
    runJson(await context.engine.getRun(request.params.run_id), { stacks: true }),
  );
}

function logsRoute(app: JobsApp, context: RouteContext): void {
  const page = z.object({ data: z.array(logLineSchema) });
  const schema = {
    ...context.document({
      operationId: 'getRunLogs',
      summary: 'The log of a run',
      description: 'What its handler logged, the oldest line first: the newest 64 KiB.',
    }),
    params: runParams,
    response: { 200: success(page, 'The lines'), ...problems(404) },
  };
  app.get('/runs/:run_id/logs', { preParsing: context.allow('read'), schema }, async (request) => {
    const lines = await context.engine.getLogs(request.params.run_id);
    return { data: lines.map(logLineJson) };
  });
}

function cancelRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'cancelRun',
      summary: 'Cancel a run',
      description:
        'A waiting run is cancelled at once; a running one is told to stop, and its status says when it has. The body may be left out.',
    }),
    params: runParams,
    body: cancelBody,
    response: { 202: success(runSchema, 'The run'), ...problems(404, 409, ...BODY_PROBLEMS) },
  };
  const hooks = { preParsing: context.allow('operate'), preValidation: bodyIsOptional };
  app.post('/runs/:run_id/cancel', { ...hooks, schema }, async (request, reply) => {
    const input = { force: request.body.force ?? false };
    const view = await context.engine.cancelRun(request.params.run_id, input, context.asked(request));
    reply.code(202);
    return runJson(view);
  });
}

function retryRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'retryRun',
      summary: 'Run a run again',
      description:
        'A finished run is run again as a new manual one, with retry_of and the same payload, even one that an admin chose; a waiting retry is made due now.',
    }),
    params: runParams,
    body: emptyBody,
    response: {
      202: success(runSchema, 'The run that will run', LOCATION),
      ...problems(404, 409, ...BODY_PROBLEMS),
    },
  };
  const hooks = { preParsing: context.allow('operate'), preValidation: bodyIsOptional };
  app.post('/runs/:run_id/retry', { ...hooks, schema }, async (request, reply) => {
    const { run_id: runId } = request.params;
    const view = await context.engine.retryRun(runId, context.asked(request));
    if (view.run.id !== runId) logWith(reply, { newRunId: view.run.id });
    reply.code(202).header('location', context.path(`/runs/${view.run.id}`));
    return runJson(view);
  });
}
