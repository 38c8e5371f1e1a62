import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { actorOf, requireRole } from '../principal.ts';
import { notFound, unprocessable } from '../problem.ts';
import { noContent, problems } from '../responses.ts';
import type { ApiTokens } from './api-tokens.ts';
import { apiTokenSchema, apiTokenView, createdPosition, idSchema, nameSchema, roleSchema } from './views.ts';

export interface TokenRoutesDeps {
  readonly apiTokens: ApiTokens;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;
const MAX_DAYS = 731;

const newTokenSchema = z.strictObject({
  name: nameSchema,
  role: roleSchema,
  expires_at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(`At most two years ahead; ${DEFAULT_DAYS} days unless told`),
});

/** `/api/tokens`: API tokens, for admins. */
export function tokenRoutes({ apiTokens, clock }: TokenRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/tokens',
      {
        schema: {
          tags: ['API tokens'],
          summary: 'Make an API token',
          description: 'The answer is the only place where the secret is ever shown.',
          body: newTokenSchema,
          response: {
            201: apiTokenSchema.extend({ secret: z.string() }).meta({ id: 'NewApiToken' }),
            ...problems(403),
          },
        },
      },
      async (request, reply) => {
        const principal = requireRole(request, 'admin');
        const { name, role, expires_at } = request.body;
        const expiresAt = expiryOf(expires_at, clock.now());
        const { token, secret } = await apiTokens.make({ name, role, expiresAt, actor: actorOf(principal) });
        return reply.code(201).send({ ...apiTokenView(token), secret });
      },
    );

    app.get(
      '/api/tokens',
      {
        schema: {
          tags: ['API tokens'],
          summary: 'List the API tokens, newest first',
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(apiTokenSchema), ...problems(403) },
        },
      },
      async (request) => {
        requireRole(request, 'admin');
        const { limit, cursor } = request.query;
        const [createdAt, id] = cursor === undefined ? [] : decodeCursor(cursor, createdPosition);
        const before = createdAt === undefined || id === undefined ? undefined : { createdAt, id };
        const tokens = await apiTokens.list({ before, limit: limit + 1 });
        const shown = tokens.slice(0, limit);
        const last = tokens.length > limit ? shown.at(-1) : undefined;
        return {
          data: shown.map(apiTokenView),
          next_cursor: last ? encodeCursor([last.created_at, last.id]) : null,
        };
      },
    );

    app.delete(
      '/api/tokens/:token_id',
      {
        schema: {
          tags: ['API tokens'],
          summary: 'Revoke an API token',
          params: z.strictObject({ token_id: idSchema }),
          response: { 204: noContent, ...problems(403, 404) },
        },
      },
      async (request, reply) => {
        const principal = requireRole(request, 'admin');
        const revoked = await apiTokens.revoke(request.params.token_id, actorOf(principal));
        if (!revoked) throw notFound('There is no such API token.');
        return reply.code(204).send();
      },
    );
  };
}

function expiryOf(asked: string | undefined, now: number): number {
  if (asked === undefined) return now + DEFAULT_DAYS * DAY_MS;
  const expiresAt = Date.parse(asked);
  if (expiresAt > now && expiresAt <= now + MAX_DAYS * DAY_MS) return expiresAt;
  const detail = 'must lie in the future, at most two years ahead';
  throw unprocessable('The request is not valid.', [{ pointer: '/expires_at', detail }]);
}
