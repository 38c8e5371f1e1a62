import type { JobInput } from '../../engine/engine-port.ts';
import {
  jobTypeJson,
  jobTypesSchema,
  previewBody,
  previewJson,
  previewSchema,
  schedulePatch,
  statsJson,
  statsSchema,
} from '../../http/index.ts';
import type { JobsApp, RouteContext } from './route-context.ts';
import { BODY_PROBLEMS, problems, success } from './route-docs.ts';

/** What helps to decide and to watch: job types, a dry run of a schedule, counts. */
export function overviewRoutes(app: JobsApp, context: RouteContext): void {
  typesRoute(app, context);
  previewRoute(app, context);
  statsRoute(app, context);
}

function typesRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'listJobTypes',
      summary: 'The job types',
      description: 'Those that this server has, with the JSON Schema of their payloads and their defaults.',
    }),
    response: { 200: success(jobTypesSchema, 'The job types'), ...problems() },
  };
  app.get('/job-types', { preParsing: context.allow('read'), schema }, async () => ({
    data: context.engine.jobTypes().map(jobTypeJson),
  }));
}

function previewRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'previewJob',
      summary: 'Try a schedule',
      description:
        'A dry run: the next run times of a schedule, or, with job_id, of that job as a PATCH with these fields would leave it.',
    }),
    body: previewBody,
    response: { 200: success(previewSchema, 'The times'), ...problems(404, 409, ...BODY_PROBLEMS) },
  };
  app.post('/job-preview', { preParsing: context.allow('read'), schema }, async (request) => {
    const { job_id: jobId, count, ...fields } = request.body;
    const patch = schedulePatch(fields);
    const preview = await (jobId === undefined
      ? context.engine.preview({ schedule: withoutNulls(patch), count })
      : context.engine.preview({ jobId, patch, count }));
    return previewJson(preview);
  });
}

/** With no job to reset, null is as good as absent. */
function withoutNulls(patch: ReturnType<typeof schedulePatch>): Partial<JobInput> {
  return {
    interval: patch.interval ?? undefined,
    intervalMode: patch.intervalMode ?? undefined,
    cron: patch.cron ?? undefined,
    timezone: patch.timezone ?? undefined,
    runAt: patch.runAt ?? undefined,
    onDemand: patch.onDemand ?? undefined,
    startAt: patch.startAt ?? undefined,
  };
}

function statsRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'getJobStats',
      summary: 'Counts and nodes',
      description:
        'Jobs by status and health, runs by what they do, finished runs by hour, what this node did in the last minute and in each of the last 60 minutes, and all living nodes with their health and places.',
    }),
    response: { 200: success(statsSchema, 'The counts'), ...problems() },
  };
  app.get('/job-stats', { preParsing: context.allow('read'), schema }, (request) =>
    context.share(request, async () => statsJson(await context.engine.stats())),
  );
}
