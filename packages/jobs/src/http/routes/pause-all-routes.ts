import { emptyBody, pauseAllBody } from '../input/command-input.ts';
import { defineRoute } from '../routing/route.ts';
import { BODY_PROBLEMS, problems, success } from '../routing/route-docs.ts';
import { wholeEngineOptions } from '../routing/whole-engine.ts';
import { allPausedSchema, pauseOfAllJson } from '../views/pause-of-all.ts';

const answer = success(allPausedSchema, 'The pause of all jobs');

const getPauseOfAll = defineRoute({
  method: 'GET',
  path: '/job-pause',
  need: 'read',
  doc: {
    operationId: 'getPauseOfAll',
    summary: 'Read whether all jobs are paused',
    description:
      'With its reason and its end. Another node may show a change up to 5 seconds late. The pause of a single job is in the job.',
  },
  responses: { 200: answer, ...problems() },
  handle: async (_request, { engine }) => ({
    status: 200,
    body: { paused_all: pauseOfAllJson(engine.pauseOfAll()) },
  }),
});

const pauseAllJobs = defineRoute({
  method: 'POST',
  path: '/jobs/pause-all',
  need: 'operate',
  doc: {
    operationId: 'pauseAllJobs',
    summary: 'Pause all jobs, for maintenance',
    description:
      'No node starts a run until the pause is ended, by a request or at "until". Runs in progress finish; runs that are requested meanwhile wait. Each job keeps its own pause. A second request replaces the reason and the end. The body is optional. A caller with a scope gets a 403.',
  },
  body: pauseAllBody,
  bodyIsOptional: true,
  responses: { 200: answer, ...problems(...BODY_PROBLEMS) },
  handle: async ({ body, context }, { engine }) => ({
    status: 200,
    body: { paused_all: pauseOfAllJson(await engine.pauseAll({ ...body }, wholeEngineOptions(context))) },
  }),
});

const resumeAllJobs = defineRoute({
  method: 'POST',
  path: '/jobs/resume-all',
  need: 'operate',
  doc: {
    operationId: 'resumeAllJobs',
    summary: 'End the pause of all jobs',
    description:
      'Then the catch_up of each job decides whether it runs the slots that passed. Jobs that are paused on their own stay paused. Without a pause of all jobs, nothing changes. A caller with a scope gets a 403.',
  },
  body: emptyBody,
  bodyIsOptional: true,
  responses: { 200: answer, ...problems(...BODY_PROBLEMS) },
  handle: async ({ context }, { engine }) => {
    await engine.resumeAll(wholeEngineOptions(context));
    // The state that this request left: another client may have paused all jobs since.
    return { status: 200, body: { paused_all: null } };
  },
});

/** The pause of all jobs. */
export const pauseAllRoutes = [getPauseOfAll, pauseAllJobs, resumeAllJobs];
