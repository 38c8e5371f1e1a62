import type {
  FastifyContextConfig,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
} from 'fastify';
import type { ConsoleOptions } from './console-options.ts';
import { createConsoleSite } from './console-site.ts';

export type { ConsoleAuth, ConsoleOptions } from './console-options.ts';

export interface ConsolePluginOptions extends ConsoleOptions {
  /** The `config` of the plugin's routes, which hooks of the app can read. */
  readonly routeConfig?: FastifyContextConfig;
}

/** Keeps the routes out of an OpenAPI document by `@fastify/swagger`. */
const HIDDEN: FastifySchema & { readonly hide: true } = { hide: true };

/**
 * The console as a Fastify plugin:
 *
 *     await app.register(consolePlugin, { prefix: '/admin/jobs', api: '/admin/api' });
 *
 * Rejects with an error of code `invalid`, with `faults`, for bad options.
 */
export const consolePlugin: FastifyPluginAsync<ConsolePluginOptions> = async (app, options) => {
  const site = createConsoleSite(app.prefix, options);
  const route = { schema: HIDDEN, config: options.routeConfig ?? {} };
  const handle = async ({ url, headers }: FastifyRequest, reply: FastifyReply) => {
    const answer = await site.answer({
      url,
      acceptEncoding: headers['accept-encoding'],
      ifNoneMatch: headers['if-none-match'],
    });
    if (answer.status === 404) return reply.callNotFound();
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
  if (app.prefix !== '') app.get('', route, handle);
  app.get('/*', route, handle);
};
