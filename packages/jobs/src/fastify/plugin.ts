import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Engine } from '../engine/engine-port.ts';
import { type EventStreamOptions, eventRoutes } from './events/event-routes.ts';
import { boundWork } from './requests/bound-work.ts';
import { answerError } from './requests/errors.ts';
import { useStrictJson } from './requests/strict-json.ts';
import { useZodSchemas, type ZodTypes } from './requests/zod-compiler.ts';
import { jobCommandRoutes } from './routes/job-command-routes.ts';
import { jobListRoutes } from './routes/job-list-routes.ts';
import { jobRoutes } from './routes/job-routes.ts';
import { logIdsOfPaths } from './routes/log-ids.ts';
import { overviewRoutes } from './routes/overview-routes.ts';
import { createRouteContext, type JobsAuthorize, type SecurityRequirement } from './routes/route-context.ts';
import { runRoutes } from './routes/run-routes.ts';

export interface JobsPluginOptions {
  readonly engine: Engine;
  /**
   * Decides who may do what; `false` lets everybody do everything, for a server that nobody else reaches.
   * There is no default, since an open jobs API must be a decision.
   */
  readonly authorize: JobsAuthorize | false;
  /**
   * What OpenAPI says of every route, such as `[{ bearerAuth: [] }]`: names of schemes that the host's
   * document has.
   */
  readonly security?: readonly SecurityRequirement[];
  readonly events?: EventStreamOptions;
  /** Requests under way at most, event streams aside; one more is a 503. Default 1,000. */
  readonly maxRequests?: number;
}

/**
 * The REST API of the engine as a Fastify plugin:
 *
 *     await app.register(jobsPlugin, { prefix: '/api', engine, authorize });
 *
 * The host's hooks run first. Job ids need Fastify's `routerOptions: { maxParamLength: 128 }`; its default is
 * 100. Reads need `read`; run, pause, resume, cancel and retry need `operate`; create, edit and delete need
 * `admin`, as does a run whose payload changes fields outside the type's `operatorsMaySet`.
 */
export const jobsPlugin: FastifyPluginAsync<JobsPluginOptions> = async (instance, options) => {
  if (typeof options.authorize !== 'function' && options.authorize !== false) {
    throw new TypeError(
      'jobsPlugin needs `authorize`: a function (request, need) that decides who may do what, or false to let everybody do everything.',
    );
  }
  useStrictJson(instance);
  useZodSchemas(instance);
  instance.setErrorHandler(answerError);
  logIdsOfPaths(instance);
  boundWork(instance, options.maxRequests ?? MOST_REQUESTS);
  const context = createRouteContext({
    engine: options.engine,
    authorize: options.authorize,
    prefix: instance.prefix,
    security: options.security,
    longestParameter: longestParameter(instance),
  });
  const app = instance.withTypeProvider<ZodTypes>();
  jobListRoutes(app, context);
  jobRoutes(app, context);
  jobCommandRoutes(app, context);
  runRoutes(app, context);
  overviewRoutes(app, context);
  eventRoutes(app, context, options.events ?? {});
};

const MOST_REQUESTS = 1_000;
const FASTIFY_DEFAULT = 100;

function longestParameter(app: FastifyInstance): number {
  const { maxParamLength, routerOptions } = app.initialConfig;
  return routerOptions?.maxParamLength ?? maxParamLength ?? FASTIFY_DEFAULT;
}
