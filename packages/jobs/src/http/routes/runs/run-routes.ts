import { z } from 'zod';
import type { RunQuery } from '../../../core/store/store-views.ts';
import { encodeCursor } from '../../fields/cursor.ts';
import { tagsOf } from '../../fields/tag.ts';
import { cancelBody, emptyBody } from '../../input/command-input.ts';
import { jobParams } from '../../input/job-input.ts';
import { readCursor } from '../../routing/read-cursor.ts';
import { commandOptions, defineRoute } from '../../routing/route.ts';
import { BODY_PROBLEMS, LOCATION, problems, success } from '../../routing/route-docs.ts';
import type { RouteEngine } from '../../scope/route-engine.ts';
import { logLineJson, logLineSchema, runJson, runParams, runSchema } from '../../views/runs/run.ts';
import { jobRunsQuery, runFilter, runPageSchema, runsQuery } from '../../views/runs/run-list.ts';

const runPage = success(runPageSchema, 'A page of runs, newest first');

const listJobRuns = defineRoute({
  method: 'GET',
  path: '/jobs/:job_id/runs',
  need: 'read',
  doc: {
    operationId: 'listJobRuns',
    summary: 'List the runs of a job',
    description:
      'Lists the runs of this generation of the id. For the runs of an earlier job with the same id, use GET /runs?job_id=.',
  },
  params: jobParams,
  query: jobRunsQuery,
  responses: { 200: runPage, ...problems(404) },
  handle: async ({ params, query, url }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, async () => {
      const { job } = await engine.getJob(params.job_id);
      return listRuns(engine, { jobUid: job.uid }, query);
    }),
  }),
});

const getRuns = defineRoute({
  method: 'GET',
  path: '/runs',
  need: 'read',
  doc: {
    operationId: 'listRuns',
    summary: 'List the runs of all jobs',
    description:
      'Includes the runs of deleted jobs until the retention period ends. A search that finds little ends after a fraction of a second with is_partial and next_cursor.',
  },
  query: runsQuery,
  responses: { 200: runPage, ...problems() },
  handle: async ({ query: { job_id: jobId, type, tag, ...query }, url }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, () => listRuns(engine, { jobId, type, tags: tagsOf(tag) }, query)),
  }),
});

/** Run ids increase with time, so the key alone defines the order. */
async function listRuns(
  engine: RouteEngine,
  which: Pick<RunQuery, 'jobId' | 'jobUid' | 'type' | 'tags'>,
  query: z.output<typeof jobRunsQuery>,
) {
  const { limit, cursor, from, to, ...filter } = query;
  const {
    rows,
    next,
    isPartial = false,
  } = await engine.listRuns({
    ...which,
    ...runFilter(filter),
    from,
    to,
    limit,
    before: cursor === undefined ? undefined : readCursor('runs', 'run', cursor).key,
  });
  return {
    data: rows.map((view) => runJson(view)),
    next_cursor: next === undefined ? null : encodeCursor('runs', { value: null, key: next.key }),
    is_partial: isPartial,
  };
}

const getRun = defineRoute({
  method: 'GET',
  path: '/runs/:run_id',
  need: 'read',
  doc: {
    operationId: 'getRun',
    summary: 'Read a run',
    description: 'Includes progress, result and errors with their stacks.',
  },
  params: runParams,
  responses: { 200: success(runSchema, 'The run'), ...problems(404) },
  handle: async ({ params }, { engine }) => ({
    status: 200,
    body: runJson(await engine.getRun(params.run_id), { stacks: true }),
  }),
});

const getRunLogs = defineRoute({
  method: 'GET',
  path: '/runs/:run_id/logs',
  need: 'read',
  doc: {
    operationId: 'getRunLogs',
    summary: 'Read the log of a run',
    description: 'The newest 64 KiB of what the handler logged, oldest line first.',
  },
  params: runParams,
  responses: {
    200: success(z.object({ data: z.array(logLineSchema) }), 'The log lines'),
    ...problems(404),
  },
  handle: async ({ params }, { engine }) => {
    const lines = await engine.getLogs(params.run_id);
    return { status: 200, body: { data: lines.map(logLineJson) } };
  },
});

const cancelRun = defineRoute({
  method: 'POST',
  path: '/runs/:run_id/cancel',
  need: 'operate',
  doc: {
    operationId: 'cancelRun',
    summary: 'Cancel a run',
    description:
      'Cancels a waiting run at once. Asks a running run to stop: its status becomes cancelled when its handler has ended. The body is optional.',
  },
  params: runParams,
  body: cancelBody,
  bodyIsOptional: true,
  responses: { 202: success(runSchema, 'The run'), ...problems(404, 409, ...BODY_PROBLEMS) },
  handle: async ({ params, body, context }, { engine }) => {
    const input = { force: body.force ?? false };
    return {
      status: 202,
      body: runJson(await engine.cancelRun(params.run_id, input, commandOptions(context))),
    };
  },
});

const retryRun = defineRoute({
  method: 'POST',
  path: '/runs/:run_id/retry',
  need: 'operate',
  doc: {
    operationId: 'retryRun',
    summary: 'Run a run again',
    description:
      'Starts a finished run again as a new manual run for the same slot, if it had one. It gets the own payload of the finished run, even if an admin set it, or else the payload that the job has now; retry_of has the id of the finished run. Makes a waiting retry due now.',
  },
  params: runParams,
  body: emptyBody,
  bodyIsOptional: true,
  responses: {
    202: success(runSchema, 'The run that starts', LOCATION),
    ...problems(404, 409, ...BODY_PROBLEMS),
  },
  handle: async ({ params: { run_id: runId }, context }, { engine }) => {
    const view = await engine.retryRun(runId, commandOptions(context));
    if (view.run.id !== runId) context.logWith({ newRunId: view.run.id });
    return { status: 202, location: `/runs/${view.run.id}`, body: runJson(view) };
  },
});

/** Routes of runs: list, read, log, cancel and retry. */
export const runRoutes = [listJobRuns, getRuns, getRun, getRunLogs, cancelRun, retryRun];
