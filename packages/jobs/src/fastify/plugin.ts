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
   * Decides which requests are allowed. `false` allows every request everything, for a server without
   * untrusted clients. There is no default: an open jobs API must be a decision.
   */
  readonly authorize: JobsAuthorize | false;
  /**
   * The `security` of every route in OpenAPI, such as `[{ bearerAuth: [] }]`: names of schemes in the host's
   * document.
   */
  readonly security?: readonly SecurityRequirement[];
  readonly events?: EventStreamOptions;
  /** Requests at once, event streams aside; a further request gets a 503. Default 1,000. */
  readonly maxRequests?: number;
}

/**
 * The REST API of the engine as a Fastify plugin:
 *
 *     await app.register(jobsPlugin, { prefix: '/api', engine, authorize });
 *
 * The host's hooks run first. Job ids need Fastify's `routerOptions: { maxParamLength: 128 }`; its default is
 * 100. Reading requires `read`; run, pause, resume, cancel and retry `operate`; create, edit and delete
 * `admin`, like a run whose payload changes fields outside the type's `operatorsMaySet`.
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
