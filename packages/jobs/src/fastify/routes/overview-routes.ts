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

/** Routes of job types, dry runs of a schedule and counts. */
export function overviewRoutes(app: JobsApp, context: RouteContext): void {
  typesRoute(app, context);
  previewRoute(app, context);
  statsRoute(app, context);
}

function typesRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'listJobTypes',
      summary: 'List the job types',
      description: 'The job types of this server, with the JSON Schema of their payloads and their defaults.',
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
      summary: 'Preview a schedule',
      description:
        'A dry run that changes nothing. Returns the next run times of a schedule or, with job_id, of that job after a PATCH with these fields.',
    }),
    body: previewBody,
    response: { 200: success(previewSchema, 'The run times'), ...problems(404, 409, ...BODY_PROBLEMS) },
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

/** A preview without a job has no fields to reset, so null means absent. */
function withoutNulls<T extends object>(patch: T): { [Key in keyof T]: Exclude<T[Key], null> } {
  const entries = Object.entries(patch).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], null> };
}

function statsRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'getJobStats',
      summary: 'Read counts and nodes',
      description:
        'Jobs by status and health, live runs by state, and finished runs by hour; the counts of this node for the last minute and for each of the last 60 minutes; all live nodes with their health and places.',
    }),
    response: { 200: success(statsSchema, 'The counts'), ...problems() },
  };
  app.get('/job-stats', { preParsing: context.allow('read'), schema }, (request) =>
    context.share(request, async () => statsJson(await context.engine.stats())),
  );
}
