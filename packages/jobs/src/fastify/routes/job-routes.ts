import { z } from 'zod';
import { EngineError, type JobInput } from '../../engine/engine-port.ts';
import {
  jobInput,
  jobJson,
  jobParams,
  jobPatch,
  jobSchema,
  patchJobBody,
  putJobBody,
} from '../../http/index.ts';
import { etagOf, ifMatch, isCreateOnly, isEngineError, underIfMatch } from './etag.ts';
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
        'The ETag names the definition, not the state: runs, pause and resume do not change it. So it serves If-Match, and If-None-Match is not looked at.',
    }),
    params: jobParams,
    response: { 200: success(jobSchema, 'The job', ETAG), ...problems(404) },
  };
  app.get('/jobs/:job_id', { preParsing: context.allow('read'), schema }, async (request, reply) => {
    const view = await context.engine.getJob(request.params.job_id);
    reply.header('etag', etagOf(view.job));
    return jobJson(view);
  });
}

function putRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'putJob',
      summary: 'Create or replace a job',
      description:
        'Omitted fields are reset to their defaults. A body equal in value to what is stored changes nothing.',
    }),
    params: jobParams,
    headers: ifMatch.extend({
      'if-none-match': z.string().optional().describe('"*": only create; 412 if the job exists'),
    }),
    body: putJobBody,
    response: {
      200: success(jobSchema, 'The job, replaced', ETAG),
      201: success(jobSchema, 'The job, created', { ...LOCATION, ...ETAG }),
      ...problems(409, 412, ...BODY_PROBLEMS),
    },
  };
  app.put('/jobs/:job_id', { preParsing: context.allow('admin'), schema }, async (request, reply) => {
    const { job_id: jobId } = request.params;
    const { id = jobId, ...fields } = request.body;
    if (id !== jobId) {
      const fault = { pointer: '/id', detail: `must be left out, or be the id in the path, ${jobId}` };
      throw new EngineError('invalid', 'The request is not valid.', [fault]);
    }
    const input = jobInput({ id, ...fields });
    const asked = context.asked(request);
    const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = request.headers;
    const isNew = isCreateOnly(ifNoneMatch);
    if (isNew && ifMatch !== undefined)
      throw new EngineError(
        'stale',
        'No job is both there, as If-Match asks, and not, as If-None-Match does.',
      );
    const { created, view } = isNew
      ? { created: true, view: await createOnly(context, input, asked) }
      : await underIfMatch(context.engine, { jobId, header: ifMatch, absent: 'stale' }, (guard) =>
          context.engine.putJob(input, { ...asked, ...guard }),
        );
    reply.header('etag', etagOf(view.job));
    if (created) reply.code(201).header('location', context.path(`/jobs/${jobId}`));
    return jobJson(view);
  });
}

/** With `If-None-Match: *`, a job that exists is a precondition that failed, no conflict. */
async function createOnly(
  context: RouteContext,
  input: JobInput,
  asked: { readonly by?: string | undefined },
) {
  try {
    return await context.engine.createJob(input, asked);
  } catch (error) {
    if (!isEngineError(error, 'exists')) throw error;
    throw new EngineError('stale', `A job with the id "${input.id}" exists.`, [], { cause: error });
  }
}

function patchRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'patchJob',
      summary: 'Edit a job',
      description:
        'A merge patch (RFC 7396) at top level: absent keeps, null resets to the default, payload is replaced whole. A schedule field replaces the other kinds. Also as application/merge-patch+json.',
    }),
    consumes: ['application/json', 'application/merge-patch+json'],
    params: jobParams,
    headers: ifMatch,
    body: patchJobBody,
    response: { 200: success(jobSchema, 'The job', ETAG), ...problems(404, 409, 412, ...BODY_PROBLEMS) },
  };
  app.patch('/jobs/:job_id', { preParsing: context.allow('admin'), schema }, async (request, reply) => {
    const { job_id: jobId } = request.params;
    const view = await underIfMatch(
      context.engine,
      { jobId, header: request.headers['if-match'], absent: 'not_found' },
      (guard) =>
        context.engine.patchJob(jobId, jobPatch(request.body), { ...context.asked(request), ...guard }),
    );
    reply.header('etag', etagOf(view.job));
    return jobJson(view);
  });
}

function deleteRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'deleteJob',
      summary: 'Delete a job',
      description: 'It stops at once, and its live runs are cancelled; its history stays for a while.',
    }),
    params: jobParams,
    headers: ifMatch,
    response: { 204: noContent, ...problems(404, 412, ...BODY_PROBLEMS) },
  };
  app.delete('/jobs/:job_id', { preParsing: context.allow('admin'), schema }, async (request, reply) => {
    const { job_id: jobId } = request.params;
    await underIfMatch(
      context.engine,
      { jobId, header: request.headers['if-match'], absent: 'not_found' },
      (guard) => context.engine.deleteJob(jobId, { ...context.asked(request), ...guard }),
    );
    return reply.code(204).send();
  });
}
