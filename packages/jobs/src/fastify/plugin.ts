import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { checkOptions } from '../core/input/check-options.ts';
import { anything, required } from '../core/input/rule.ts';
import { shape } from '../core/input/shape.ts';
import type { Engine } from '../engine/ports/engine-port.ts';
import { jsonText } from '../http/bodies/json-text.ts';
import type { EventStreamOptions as StreamOptions } from '../http/events/event-streams.ts';
import type { Authorize } from '../http/requests/authorize.ts';
import { mountFields } from '../http/requests/mount-fields.ts';
import { JobsApi } from '../http/routes/jobs-api.ts';
import { ROUTES } from '../http/routes/routes.ts';
import { answerError } from './answer-error.ts';
import { closeAfterResponses } from './close-after-responses.ts';
import { registerRoute, type SecurityRequirement } from './register-route.ts';
import { useStrictJson } from './use-strict-json.ts';

/**
 * Decides whether a request has a permission. Throws an error with a `statusCode` of 401 or 403 if not, whose
 * message the client gets; otherwise returns the principal, if it is known.
 */
export type JobsAuthorize = Authorize<FastifyRequest>;

/** Limits of the event streams of one server. */
export type EventStreamOptions = StreamOptions<FastifyRequest>;

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

/** Fastify hands its own options of a plugin to the plugin, too. */
interface FastifyOptions {
  readonly prefix?: unknown;
  readonly logLevel?: unknown;
  readonly logSerializers?: unknown;
}

const optionRules = required(
  shape<JobsPluginOptions & FastifyOptions>('options such as { prefix: "/api", engine, authorize }', {
    ...mountFields,
    prefix: anything,
    logLevel: anything,
    logSerializers: anything,
  }),
);

/**
 * The REST API of the engine as a Fastify plugin:
 *
 *     await app.register(jobsPlugin, { prefix: '/api', engine, authorize });
 *
 * The host's hooks run first. Job ids need Fastify's `routerOptions: { maxParamLength: 128 }`; its default is
 * 100. Reading requires `read`; run, pause, resume, cancel and retry `operate`; create, edit and delete
 * `admin`, like a run whose payload changes fields outside the type's `operatorsMaySet`.
 *
 * `close()` of the app ends the event streams, and the connections once all open requests have their
 * responses.
 */
export const jobsPlugin: FastifyPluginAsync<JobsPluginOptions> = async (instance, options) => {
  const { engine, authorize, events = {}, maxRequests, security } = options;
  checkOptions('jobsPlugin', optionRules, options);
  useStrictJson(instance);
  // The routes check their requests themselves; Fastify needs the schemas only for OpenAPI.
  instance.setValidatorCompiler(() => () => true);
  instance.setSerializerCompiler(() => jsonText);
  instance.setErrorHandler(answerError);
  const api = new JobsApi({ engine, maxRequests, events, longestParameter: longestParameter(instance) });
  instance.addHook('preClose', async () => api.eventStreams.close());
  closeAfterResponses(instance);
  const { isStillAllowed } = events;
  for (const route of ROUTES) registerRoute(instance, { route, api, authorize, isStillAllowed, security });
};

const FASTIFY_DEFAULT = 100;

function longestParameter(app: FastifyInstance): number {
  const { maxParamLength, routerOptions } = app.initialConfig;
  return routerOptions?.maxParamLength ?? maxParamLength ?? FASTIFY_DEFAULT;
}
