import type { z } from 'zod';
import type { BulkPlan } from '../../engine/ports/engine-port.ts';
import { tagsOf } from '../fields/tag.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import { commandOptions, defineRoute, type RequestContext, type RouteAnswer } from '../routing/route.ts';
import { BODY_PROBLEMS, LOCATION, problems, success } from '../routing/route-docs.ts';
import {
  bulkCommandJson,
  bulkCommandSchema,
  bulkCommandsSchema,
  bulkJobsBody,
  bulkParams,
  bulkPlanJson,
  bulkPlanSchema,
  bulkQuery,
  bulkRunsBody,
} from '../views/bulk.ts';
import { runFilter } from '../views/runs/run-list.ts';

const responses = {
  200: success(bulkPlanSchema, 'A dry run, or nothing to change'),
  202: success(bulkPlanSchema, 'The bulk command has started', LOCATION),
  ...problems(429, ...BODY_PROBLEMS),
};

const bulkJobs = defineRoute({
  method: 'POST',
  path: '/jobs/bulk',
  need: 'operate',
  doc: {
    operationId: 'bulkJobs',
    summary: 'Change many jobs',
    description:
      'Pauses, resumes, runs, deletes, tags or untags the jobs with these ids, or all jobs that a filter finds. Each job changes separately: a job that cannot be changed counts as failed. Send dry_run first: its response has the number of jobs. 422: more than 100,000 jobs match. 429: the server runs 5 bulk commands already.',
  },
  body: bulkJobsBody,
  responses,
  handle: async ({ body, context }, { engine }) => {
    const { dry_run: dryRun, cancel_live: cancelLive, filter, ...input } = body;
    await requireAdmin(body.action, context);
    return planAnswer(
      await engine.bulkJobs(
        { ...input, dryRun, cancelLive, filter: filter && jobFilter(filter) },
        commandOptions(context),
      ),
    );
  },
});

const bulkRuns = defineRoute({
  method: 'POST',
  path: '/runs/bulk',
  need: 'operate',
  doc: {
    operationId: 'bulkRuns',
    summary: 'Retry or cancel many runs',
    description:
      'Retries or cancels the runs with these ids, or all runs that a filter finds. Each run changes separately: a run that cannot be changed counts as failed. Send dry_run first: its response has the number of runs, and how many of them a retry leaves out. 422: more than 100,000 runs match, or the search takes more than 20 s. 429: the server runs 5 bulk commands already.',
  },
  body: bulkRunsBody,
  responses,
  handle: async ({ body, context }, { engine }) => {
    const { dry_run: dryRun, filter, ...input } = body;
    return planAnswer(
      await engine.bulkRuns(
        { ...input, dryRun, filter: filter && runsFilter(filter) },
        commandOptions(context),
      ),
    );
  },
});

function jobFilter({ tag, ...filter }: NonNullable<z.output<typeof bulkJobsBody>['filter']>) {
  return { ...filter, tags: tagsOf(tag) };
}

function runsFilter(given: NonNullable<z.output<typeof bulkRunsBody>['filter']>) {
  const { job_id: jobId, type, tag, from, to, ...filter } = given;
  return { jobId, type, tags: tagsOf(tag), from, to, ...runFilter(filter) };
}

/** What an operator may not do to one job, nobody but an admin may do to many. */
async function requireAdmin(
  action: z.output<typeof bulkJobsBody>['action'],
  context: RequestContext,
): Promise<void> {
  if (action === 'pause' || action === 'resume' || action === 'run' || (await context.may('admin'))) return;
  const detail = `The action ${action} requires the role admin. An operator may pause, resume and run jobs.`;
  throw new HttpProblem({ status: 403, detail });
}

function planAnswer(plan: BulkPlan): RouteAnswer {
  const body = bulkPlanJson(plan);
  if (plan.id === undefined) return { status: 200, body };
  return { status: 202, location: `/bulk-commands/${plan.id}`, body };
}

const listBulkCommands = defineRoute({
  method: 'GET',
  path: '/bulk-commands',
  need: 'read',
  doc: {
    operationId: 'listBulkCommands',
    summary: 'List bulk commands',
    description: 'Newest first, with their progress. The server keeps the newest 1,000.',
  },
  query: bulkQuery,
  responses: { 200: success(bulkCommandsSchema, 'The bulk commands'), ...problems() },
  handle: async ({ query }, { engine }) => ({
    status: 200,
    body: { data: (await engine.listBulkCommands(query)).map(bulkCommandJson) },
  }),
});

const getBulkCommand = defineRoute({
  method: 'GET',
  path: '/bulk-commands/:bulk_id',
  need: 'read',
  doc: {
    operationId: 'getBulkCommand',
    summary: 'Read a bulk command',
    description: 'How many of its jobs or runs are done, and the first 100 failures.',
  },
  params: bulkParams,
  responses: { 200: success(bulkCommandSchema, 'The bulk command'), ...problems(404) },
  handle: async ({ params }, { engine }) => ({
    status: 200,
    body: bulkCommandJson(await engine.getBulkCommand(params.bulk_id)),
  }),
});

const cancelBulkCommand = defineRoute({
  method: 'DELETE',
  path: '/bulk-commands/:bulk_id',
  need: 'operate',
  doc: {
    operationId: 'cancelBulkCommand',
    summary: 'Cancel a bulk command',
    description:
      'No further job or run is changed. What is done stays done. The status is cancelling until the last changes have ended. 409: the command is over.',
  },
  params: bulkParams,
  responses: { 200: success(bulkCommandSchema, 'The bulk command'), ...problems(404, 409) },
  handle: async ({ params, context }, { engine }) => {
    const { by, signal } = commandOptions(context);
    return {
      status: 200,
      body: bulkCommandJson(await engine.cancelBulkCommand(params.bulk_id, { by, signal })),
    };
  },
});

/** Commands on many jobs or runs. */
export const bulkRoutes = [bulkJobs, bulkRuns, listBulkCommands, getBulkCommand, cancelBulkCommand];
