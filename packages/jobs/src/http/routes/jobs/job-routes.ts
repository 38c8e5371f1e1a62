import { z } from 'zod';
import { type CommandOptions, EngineError, type JobInput } from '../../../engine/ports/engine-port.ts';
import { jobInput, jobParams, jobPatch, patchJobBody, putJobBody } from '../../input/job-input.ts';
import { ifMatch, isCreateOnly, isEngineError, underIfMatch } from '../../routing/etag.ts';
import { commandOptions, defineRoute } from '../../routing/route.ts';
import { BODY_PROBLEMS, ETAG, LOCATION, noContent, problems, success } from '../../routing/route-docs.ts';
import type { RouteEngine } from '../../scope/route-engine.ts';
import { jobSchema } from '../../views/jobs/job.ts';
import { guarded, jobAnswer } from './job-answers.ts';

const getJob = defineRoute({
  method: 'GET',
  path: '/jobs/:job_id',
  need: 'read',
  doc: {
    operationId: 'getJob',
    summary: 'Read a job',
    description:
      'The ETag identifies the definition, not the state: runs, pause and resume do not change it. Send it as If-Match with a change. This route ignores If-None-Match.',
  },
  params: jobParams,
  responses: { 200: success(jobSchema, 'The job', ETAG), ...problems(404) },
  handle: async ({ params }, { engine }) => jobAnswer(await engine.getJob(params.job_id)),
});

const putJob = defineRoute({
  method: 'PUT',
  path: '/jobs/:job_id',
  need: 'admin',
  doc: {
    operationId: 'putJob',
    summary: 'Create or replace a job',
    description: 'Resets omitted fields to their defaults. A body with the stored values changes nothing.',
  },
  params: jobParams,
  headers: ifMatch.extend({
    'if-none-match': z
      .string()
      .optional()
      .describe('"*": create only; the response is 412 if the job exists'),
  }),
  body: putJobBody,
  responses: {
    200: success(jobSchema, 'The replaced job', ETAG),
    201: success(jobSchema, 'The created job', { ...LOCATION, ...ETAG }),
    ...problems(409, 412, ...BODY_PROBLEMS),
  },
  handle: async ({ params, headers, body, context }, { engine }) => {
    const { job_id: jobId } = params;
    const input = jobInput({ ...body, id: idOf(body, jobId) });
    const options = commandOptions(context);
    const { 'if-none-match': ifNoneMatch, 'if-match': header } = headers;
    if (!isCreateOnly(ifNoneMatch)) {
      const { created, ...view } = await underIfMatch(engine, { jobId, header, absent: 'stale' }, (guard) =>
        engine.putJob(input, { ...options, ...guard }),
      );
      return jobAnswer(view, { isNew: created });
    }
    if (header === undefined) return jobAnswer(await createOnly(engine, input, options), { isNew: true });
    throw new EngineError(
      'stale',
      'If-Match and If-None-Match cannot be combined: send If-Match to change a job, or If-None-Match: * to create one.',
    );
  },
});

/** The id of the path. The body may repeat it. */
function idOf(body: { readonly id?: string | undefined }, jobId: string): string {
  if (body.id === undefined || body.id === jobId) return jobId;
  const detail = `must be omitted, or equal the id in the path, ${jobId}; got ${body.id}`;
  throw new EngineError('invalid', 'The request is not valid.', [{ pointer: '/id', detail }]);
}

/** Creates a job under `If-None-Match: *`: an existing job is a failed precondition (412), not a conflict. */
async function createOnly(engine: RouteEngine, input: JobInput, options: CommandOptions) {
  try {
    return await engine.createJob(input, options);
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

const patchJob = defineRoute({
  method: 'PATCH',
  path: '/jobs/:job_id',
  need: 'admin',
  doc: {
    operationId: 'patchJob',
    summary: 'Edit a job',
    description:
      'A merge patch (RFC 7396) at top level: an omitted field stays, null resets it to its default, and payload is replaced as a whole. A field of another schedule kind replaces the schedule. application/merge-patch+json works as well.',
  },
  consumes: ['application/json', 'application/merge-patch+json'],
  params: jobParams,
  headers: ifMatch,
  body: patchJobBody,
  responses: { 200: success(jobSchema, 'The job', ETAG), ...problems(404, 409, 412, ...BODY_PROBLEMS) },
  handle: async (request, { engine }) =>
    jobAnswer(
      await guarded(engine, request, (jobId, options) =>
        engine.patchJob(jobId, jobPatch(request.body), options),
      ),
    ),
});

const deleteJob = defineRoute({
  method: 'DELETE',
  path: '/jobs/:job_id',
  need: 'admin',
  doc: {
    operationId: 'deleteJob',
    summary: 'Delete a job',
    description:
      'Cancels the live runs of the job. The job stops at once; its history stays until the retention period ends.',
  },
  params: jobParams,
  headers: ifMatch,
  responses: { 204: noContent, ...problems(404, 412, ...BODY_PROBLEMS) },
  handle: async (request, { engine }) => {
    await guarded(engine, request, (jobId, options) => engine.deleteJob(jobId, options));
    return { status: 204 };
  },
});

/** GET, PUT, PATCH and DELETE of /jobs/:job_id. */
export const jobRoutes = [getJob, putJob, patchJob, deleteJob];
