import { jobParams } from '../input/job-input.ts';
import { ifMatch } from '../routing/etag.ts';
import { commandOptions, defineRoute } from '../routing/route.ts';
import { BODY_PROBLEMS, LOCATION, problems, success } from '../routing/route-docs.ts';
import {
  backfillBody,
  backfillJson,
  backfillParams,
  backfillPlanJson,
  backfillPlanSchema,
  backfillSchema,
  backfillsQuery,
  backfillsSchema,
  cancelBackfillQuery,
} from '../views/backfill.ts';
import { guarded } from './jobs/job-answers.ts';

const backfillJob = defineRoute({
  method: 'POST',
  path: '/jobs/:job_id/backfill',
  need: 'operate',
  doc: {
    operationId: 'backfillJob',
    summary: 'Run past slots of a job',
    description:
      'Makes a run for each past slot of a window that has no run that succeeded, oldest first, as the overlap of the job allows; slots that are due go first. Send dry_run first: its response says which slots get a run. 409: the job is paused, or has no past slots. 422: more than 10,000 slots are in the window.',
  },
  params: jobParams,
  headers: ifMatch,
  body: backfillBody,
  responses: {
    200: success(backfillPlanSchema, 'A dry run, or no slot to run'),
    202: success(backfillPlanSchema, 'The backfill has started', LOCATION),
    ...problems(404, 409, 412, ...BODY_PROBLEMS),
  },
  handle: async (request, { engine }) => {
    const { from, to, only_missing: onlyMissing, dry_run: dryRun } = request.body;
    const outcome = await guarded(engine, request, (jobId, options) =>
      engine.backfillJob(jobId, { from, to, onlyMissing, dryRun }, options),
    );
    const body = backfillPlanJson(outcome);
    if (outcome.id === undefined) return { status: 200, body };
    return { status: 202, location: `/backfills/${outcome.id}`, body };
  },
});

const listBackfills = defineRoute({
  method: 'GET',
  path: '/backfills',
  need: 'read',
  doc: {
    operationId: 'listBackfills',
    summary: 'List backfills',
    description: 'Newest first, with their progress. The server keeps them for as long as hourly counts.',
  },
  query: backfillsQuery,
  responses: { 200: success(backfillsSchema, 'The backfills'), ...problems() },
  handle: async ({ query: { job_id: jobId, limit } }, { engine }) => ({
    status: 200,
    body: { data: (await engine.listBackfills({ jobId, limit })).map(backfillJson) },
  }),
});

const getBackfill = defineRoute({
  method: 'GET',
  path: '/backfills/:backfill_id',
  need: 'read',
  doc: {
    operationId: 'getBackfill',
    summary: 'Read a backfill',
    description: 'How many of its slots have a run, and how these runs ended.',
  },
  params: backfillParams,
  responses: { 200: success(backfillSchema, 'The backfill'), ...problems(404) },
  handle: async ({ params }, { engine }) => ({
    status: 200,
    body: backfillJson(await engine.getBackfill(params.backfill_id)),
  }),
});

const cancelBackfill = defineRoute({
  method: 'DELETE',
  path: '/backfills/:backfill_id',
  need: 'operate',
  doc: {
    operationId: 'cancelBackfill',
    summary: 'Cancel a backfill',
    description:
      'Drops the slots that have no run yet, and cancels the runs that wait. Running runs finish, unless cancel_live=true. 409: the backfill is over.',
  },
  params: backfillParams,
  query: cancelBackfillQuery,
  responses: { 200: success(backfillSchema, 'The backfill'), ...problems(404, 409) },
  handle: async ({ params, query, context }, { engine }) => {
    const cancelLive = query.cancel_live === 'true';
    const view = await engine.cancelBackfill(params.backfill_id, { cancelLive }, commandOptions(context));
    return { status: 200, body: backfillJson(view) };
  },
});

/** Past slots of jobs, and their runs. */
export const backfillRoutes = [backfillJob, listBackfills, getBackfill, cancelBackfill];
