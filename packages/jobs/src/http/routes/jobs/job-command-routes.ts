import { emptyBody, pauseBody, triggerBody } from '../../input/command-input.ts';
import { jobParams } from '../../input/job-input.ts';
import { ifMatch } from '../../routing/etag.ts';
import { defineRoute } from '../../routing/route.ts';
import { BODY_PROBLEMS, ETAG, LOCATION, problems, REPLAY, success } from '../../routing/route-docs.ts';
import { jobSchema } from '../../views/jobs/job.ts';
import { runJson, runSchema } from '../../views/runs/run.ts';
import { guarded, jobAnswer } from './job-answers.ts';

const runJob = defineRoute({
  method: 'POST',
  path: '/jobs/:job_id/runs',
  need: 'operate',
  doc: {
    operationId: 'runJob',
    summary: 'Run a job now',
    description:
      "Does not change the schedule. A paused job runs, too, except a job `enqueued.<type>`: its run waits until the job is resumed. The body is optional. 409: the job's overlap setting allows no further live run. A payload that changes fields outside the job type's `operators_may_set` requires the role admin; otherwise a 403 names these fields.",
  },
  params: jobParams,
  headers: ifMatch,
  body: triggerBody,
  bodyIsOptional: true,
  responses: {
    202: success(runSchema, 'The run', { ...LOCATION, ...REPLAY }),
    ...problems(404, 409, 412, ...BODY_PROBLEMS),
  },
  handle: async (request, { engine }) => {
    const { payload, run_at: runAt, dedupe_key: key } = request.body;
    const mayAnything = payload === undefined || (await request.context.may('admin'));
    const input = { payload, payloadBy: mayAnything ? 'admin' : 'operator', runAt, key } as const;
    const { duplicate, ...view } = await guarded(engine, request, (jobId, options) =>
      engine.trigger(jobId, input, options),
    );
    request.context.logWith({ runId: view.run.id });
    return {
      status: 202,
      location: `/runs/${view.run.id}`,
      headers: duplicate ? { 'idempotent-replay': 'true' } : {},
      body: runJson(view),
    };
  },
});

const pauseJob = defineRoute({
  method: 'POST',
  path: '/jobs/:job_id/pause',
  need: 'operate',
  doc: {
    operationId: 'pauseJob',
    summary: 'Pause a job',
    description:
      'Running runs finish; waiting runs are held until the job is resumed, by a request or at "until". Pausing a paused job replaces its reason and its end. The body is optional.',
  },
  params: jobParams,
  headers: ifMatch,
  body: pauseBody,
  bodyIsOptional: true,
  responses: { 200: success(jobSchema, 'The job', ETAG), ...problems(404, 409, 412, ...BODY_PROBLEMS) },
  handle: async (request, { engine }) => {
    const { reason, until, cancel_live: cancelLive } = request.body;
    const input = { reason, until, cancelLive };
    return jobAnswer(
      await guarded(engine, request, (jobId, options) => engine.pauseJob(jobId, input, options)),
    );
  },
});

const resumeJob = defineRoute({
  method: 'POST',
  path: '/jobs/:job_id/resume',
  need: 'operate',
  doc: {
    operationId: 'resumeJob',
    summary: 'Resume a job',
    description: 'The job continues with its next slot. A job that is not paused stays unchanged.',
  },
  params: jobParams,
  headers: ifMatch,
  body: emptyBody,
  bodyIsOptional: true,
  responses: { 200: success(jobSchema, 'The job', ETAG), ...problems(404, 409, 412, ...BODY_PROBLEMS) },
  handle: async (request, { engine }) =>
    jobAnswer(await guarded(engine, request, (jobId, options) => engine.resumeJob(jobId, options))),
});

/** Run now, pause and resume a job. */
export const jobCommandRoutes = [runJob, pauseJob, resumeJob];
