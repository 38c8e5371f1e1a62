import { z } from 'zod';
import type { RunQuery } from '../../core/store/store-views.ts';
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

/** Routes of runs: list, read, log, cancel and retry. */
export function runRoutes(app: JobsApp, context: RouteContext): void {
  jobHistoryRoute(app, context);
  listRoute(app, context);
  readRoute(app, context);
  logsRoute(app, context);
  cancelRoute(app, context);
  retryRoute(app, context);
}

const runPage = success(pageSchema(runSchema), 'A page of runs, newest first');

function jobHistoryRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'listJobRuns',
      summary: 'List the runs of a job',
      description:
        'Lists the runs of this generation of the id. For the runs of an earlier job with the same id, use GET /runs?job_id=.',
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
      summary: 'List the runs of all jobs',
      description: 'Includes the runs of deleted jobs until the retention period ends.',
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

/** Run ids increase with time, so the key alone defines the order. */
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
      description: 'Includes progress, result and errors with their stacks.',
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
      summary: 'Read the log of a run',
      description: 'The newest 64 KiB of what the handler logged, oldest line first.',
    }),
    params: runParams,
    response: { 200: success(page, 'The log lines'), ...problems(404) },
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
        'Cancels a waiting run at once. Asks a running run to stop: its status becomes cancelled when its handler has ended. The body is optional.',
    }),
    params: runParams,
    body: cancelBody,
    response: { 202: success(runSchema, 'The run'), ...problems(404, 409, ...BODY_PROBLEMS) },
  };
  const hooks = { preParsing: context.allow('operate'), preValidation: bodyIsOptional };
  app.post('/runs/:run_id/cancel', { ...hooks, schema }, async (request, reply) => {
    const input = { force: request.body.force ?? false };
    const view = await context.engine.cancelRun(
      request.params.run_id,
      input,
      context.commandOptions(request),
    );
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
        'Starts a finished run again as a new manual run with the same payload, even if an admin set it; retry_of has the id of the finished run. Makes a waiting retry due now.',
    }),
    params: runParams,
    body: emptyBody,
    response: {
      202: success(runSchema, 'The run that starts', LOCATION),
      ...problems(404, 409, ...BODY_PROBLEMS),
    },
  };
  const hooks = { preParsing: context.allow('operate'), preValidation: bodyIsOptional };
  app.post('/runs/:run_id/retry', { ...hooks, schema }, async (request, reply) => {
    const { run_id: runId } = request.params;
    const view = await context.engine.retryRun(runId, context.commandOptions(request));
    if (view.run.id !== runId) logWith(reply, { newRunId: view.run.id });
    reply.code(202).header('location', context.path(`/runs/${view.run.id}`));
    return runJson(view);
  });
}
