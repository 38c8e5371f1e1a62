import { z } from 'zod';
import { EngineError, type JobInput } from '../../engine/engine-port.ts';
import { jobInput, jobParams, jobPatch, jobSchema, patchJobBody, putJobBody } from '../../http/index.ts';
import { ifMatch, isCreateOnly, isEngineError, underIfMatch } from './etag.ts';
import { answerJob, guarded } from './job-answers.ts';
import type { JobsApp, RouteContext } from './route-context.ts';
import { BODY_PROBLEMS, ETAG, LOCATION, noContent, problems, success } from './route-docs.ts';

/** GET, PUT, PATCH and DELETE of /jobs/:job_id. */
export function jobRoutes(app: JobsApp, context: RouteContext): void {
  readRoute(app, context);
  putRoute(app, context);
  patchRoute(app, context);
  deleteRoute(app, context);
}

function readRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'getJob',
      summary: 'Read a job',
      description:
        'The ETag identifies the definition, not the state: runs, pause and resume do not change it. Send it as If-Match with a change. This route ignores If-None-Match.',
    }),
    params: jobParams,
    response: { 200: success(jobSchema, 'The job', ETAG), ...problems(404) },
  };
  app.get('/jobs/:job_id', { preParsing: context.allow('read'), schema }, async (request, reply) => {
    const view = await context.engine.getJob(request.params.job_id);
    return answerJob(reply, view);
  });
}

function putRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'putJob',
      summary: 'Create or replace a job',
      description: 'Resets omitted fields to their defaults. A body with the stored values changes nothing.',
    }),
    params: jobParams,
    headers: ifMatch.extend({
      'if-none-match': z
        .string()
        .optional()
        .describe('"*": create only; the response is 412 if the job exists'),
    }),
    body: putJobBody,
    response: {
      200: success(jobSchema, 'The replaced job', ETAG),
      201: success(jobSchema, 'The created job', { ...LOCATION, ...ETAG }),
      ...problems(409, 412, ...BODY_PROBLEMS),
    },
  };
  app.put('/jobs/:job_id', { preParsing: context.allow('admin'), schema }, async (request, reply) => {
    const { job_id: jobId } = request.params;
    const { id = jobId, ...fields } = request.body;
    if (id !== jobId) {
      const fault = {
        pointer: '/id',
        detail: `must be omitted, or equal the id in the path, ${jobId}; got ${id}`,
      };
      throw new EngineError('invalid', 'The request is not valid.', [fault]);
    }
    const input = jobInput({ id, ...fields });
    const options = context.commandOptions(request);
    const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = request.headers;
    const isNew = isCreateOnly(ifNoneMatch);
    if (isNew && ifMatch !== undefined)
      throw new EngineError(
        'stale',
        'If-Match and If-None-Match cannot be combined: send If-Match to change a job, or If-None-Match: * to create one.',
      );
    const { created, view } = isNew
      ? { created: true, view: await createOnly(context, input, options) }
      : await underIfMatch(context.engine, { jobId, header: ifMatch, absent: 'stale' }, (guard) =>
          context.engine.putJob(input, { ...options, ...guard }),
        );
    if (created) reply.code(201).header('location', context.path(`/jobs/${jobId}`));
    return answerJob(reply, view);
  });
}

/** Creates a job under `If-None-Match: *`: an existing job is a failed precondition (412), not a conflict. */
async function createOnly(
  context: RouteContext,
  input: JobInput,
  options: { readonly by?: string | undefined },
) {
  try {
    return await context.engine.createJob(input, options);
  } catch (error) {
    if (!isEngineError(error, 'exists')) throw error;
    throw new EngineError(
      'stale',
      `A job with the id "${input.id}" already exists. Choose another id, or omit If-None-Match to replace it.`,
      [],
      { cause: error },
    );
  }
}

function patchRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'patchJob',
      summary: 'Edit a job',
      description:
        'A merge patch (RFC 7396) at top level: an omitted field stays, null resets it to its default, and payload is replaced as a whole. A field of another schedule kind replaces the schedule. application/merge-patch+json works as well.',
    }),
    consumes: ['application/json', 'application/merge-patch+json'],
    params: jobParams,
    headers: ifMatch,
    body: patchJobBody,
    response: { 200: success(jobSchema, 'The job', ETAG), ...problems(404, 409, 412, ...BODY_PROBLEMS) },
  };
  app.patch('/jobs/:job_id', { preParsing: context.allow('admin'), schema }, async (request, reply) => {
    const view = await guarded(context, request, (jobId, options) =>
      context.engine.patchJob(jobId, jobPatch(request.body), options),
    );
    return answerJob(reply, view);
  });
}

function deleteRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'deleteJob',
      summary: 'Delete a job',
      description:
        'Cancels the live runs of the job. The job stops at once; its history stays until the retention period ends.',
    }),
    params: jobParams,
    headers: ifMatch,
    response: { 204: noContent, ...problems(404, 412, ...BODY_PROBLEMS) },
  };
  app.delete('/jobs/:job_id', { preParsing: context.allow('admin'), schema }, async (request, reply) => {
    await guarded(context, request, (jobId, options) => context.engine.deleteJob(jobId, options));
    return reply.code(204).send();
  });
}
