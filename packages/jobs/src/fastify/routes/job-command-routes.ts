import {
  emptyBody,
  jobParams,
  jobSchema,
  pauseBody,
  runJson,
  runSchema,
  triggerBody,
} from '../../http/index.ts';
import { ifMatch } from './etag.ts';
import { answerJob, guarded } from './job-answers.ts';
import { logWith } from './log-ids.ts';
import { bodyIsOptional, type JobsApp, type RouteContext } from './route-context.ts';
import { BODY_PROBLEMS, ETAG, LOCATION, problems, success } from './route-docs.ts';

/** Run now, pause and resume a job. */
export function jobCommandRoutes(app: JobsApp, context: RouteContext): void {
  runNowRoute(app, context);
  pauseRoute(app, context);
  resumeRoute(app, context);
}

function runNowRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'runJob',
      summary: 'Run a job now',
      description:
        "Does not change the schedule. The body is optional. 409: the job's overlap setting allows no further live run. A payload that changes fields outside the job type's `operators_may_set` requires the role admin; otherwise a 403 names these fields.",
    }),
    params: jobParams,
    headers: ifMatch,
    body: triggerBody,
    response: {
      202: success(runSchema, 'The run', {
        ...LOCATION,
        'Idempotent-Replay': {
          description: 'true: the dedupe_key was used before, and the response is its run',
          type: 'string',
        },
      }),
      ...problems(404, 409, 412, ...BODY_PROBLEMS),
    },
  };
  const hooks = { preParsing: context.allow('operate'), preValidation: bodyIsOptional };
  app.post('/jobs/:job_id/runs', { ...hooks, schema }, async (request, reply) => {
    const { payload, run_at: runAt, dedupe_key: dedupeKey } = request.body;
    const mayAnything = payload === undefined || (await context.may(request, 'admin'));
    const input = { payload, payloadBy: mayAnything ? 'admin' : 'operator', runAt, dedupeKey } as const;
    const { view, duplicate } = await guarded(context, request, (jobId, options) =>
      context.engine.trigger(jobId, input, options),
    );
    logWith(reply, { runId: view.run.id });
    if (duplicate) reply.header('idempotent-replay', 'true');
    reply.code(202).header('location', context.path(`/runs/${view.run.id}`));
    return runJson(view);
  });
}

function pauseRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'pauseJob',
      summary: 'Pause a job',
      description:
        'Running runs finish; waiting runs are held until the job is resumed, by a request or at "until". Pausing a paused job replaces its reason and its end. The body is optional.',
    }),
    params: jobParams,
    headers: ifMatch,
    body: pauseBody,
    response: { 200: success(jobSchema, 'The job', ETAG), ...problems(404, 409, 412, ...BODY_PROBLEMS) },
  };
  const hooks = { preParsing: context.allow('operate'), preValidation: bodyIsOptional };
  app.post('/jobs/:job_id/pause', { ...hooks, schema }, async (request, reply) => {
    const { reason, until, cancel_live: cancelLive } = request.body;
    const input = { reason, until, cancelLive };
    const view = await guarded(context, request, (jobId, options) =>
      context.engine.pauseJob(jobId, input, options),
    );
    return answerJob(reply, view);
  });
}

function resumeRoute(app: JobsApp, context: RouteContext): void {
  const schema = {
    ...context.document({
      operationId: 'resumeJob',
      summary: 'Resume a job',
      description: 'The job continues with its next slot. A job that is not paused stays unchanged.',
    }),
    params: jobParams,
    headers: ifMatch,
    body: emptyBody,
    response: { 200: success(jobSchema, 'The job', ETAG), ...problems(404, 409, 412, ...BODY_PROBLEMS) },
  };
  const hooks = { preParsing: context.allow('operate'), preValidation: bodyIsOptional };
  app.post('/jobs/:job_id/resume', { ...hooks, schema }, async (request, reply) => {
    const view = await guarded(context, request, (jobId, options) =>
      context.engine.resumeJob(jobId, options),
    );
    return answerJob(reply, view);
  });
}
