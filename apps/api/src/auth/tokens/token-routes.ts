import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Role } from '../../db/schema.ts';
import { pageByCreation, pageOf, pageQuery } from '../../rest/paging.ts';
import {
  actorOf,
  hasRole,
  type Principal,
  requireRole,
  requireUnboundedAdmin,
  requireUserKind,
} from '../../rest/principal.ts';
import { forbidden, notFound, unauthorized, unprocessable } from '../../rest/problem.ts';
import { noContent, problems } from '../../rest/responses.ts';
import { apiTokenSchema, apiTokenView, idSchema, nameSchema, roleSchema } from '../views.ts';
import type { ApiTokens } from './api-tokens.ts';
import { newPolicySchema } from './job-policy.ts';

export interface TokenRoutesDeps {
  readonly apiTokens: ApiTokens;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;
const MAX_DAYS = 731;

const tags = ['API tokens'];

export const makeTokenBody = z.strictObject({
  name: nameSchema,
  role: roleSchema,
  policy: newPolicySchema.optional().describe('Limits on the jobs that the token may make or change'),
  expires_at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      `At most two years ahead; ${DEFAULT_DAYS} days unless told. Never later than the token that makes it`,
    ),
});

export const newApiTokenSchema = apiTokenSchema.extend({ secret: z.string() }).meta({ id: 'NewApiToken' });

const makeSchema = {
  tags,
  operationId: 'makeToken',
  summary: 'Create an API token',
  description:
    'Only this response contains the secret. A token may do what both its own role and the current role of its account allow. A token that was created with another token belongs to the same account and ends with that token.',
  body: makeTokenBody,
  response: {
    201: newApiTokenSchema,
    ...problems(403),
  },
};

const listSchema = {
  tags,
  operationId: 'listTokens',
  summary: 'List the API tokens, newest first',
  description: 'An operator sees only own tokens.',
  querystring: z.strictObject({
    ...pageQuery,
    mine: z.enum(['true', 'false']).optional().describe('true: only the tokens that belong to your account'),
  }),
  response: { 200: pageOf(apiTokenSchema), ...problems(403) },
};

const revokeSchema = {
  tags,
  operationId: 'revokeToken',
  summary: 'Revoke an API token',
  description: 'Also revokes the tokens that were created with it.',
  params: z.strictObject({ token_id: idSchema }),
  response: { 204: noContent, ...problems(403, 404) },
};

/** `/api/tokens`: all API tokens for admins, and their own ones for operators. */
export function tokenRoutes({ apiTokens, clock }: TokenRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/tokens', { schema: makeSchema }, async (request, reply) => {
      const maker = requireTokenMaker(request);
      requireRoleToGive(maker, request.body.role);
      const { name, role, policy, expires_at } = request.body;
      const expiresAt = expiryOf(expires_at, clock.now());
      const made = await apiTokens.makeBy(maker, { name, role, policy, expiresAt });
      if (made === undefined)
        throw unauthorized(
          'The token of this request was revoked in the meantime. Use another token, or sign in.',
        );
      return reply.code(201).send({ ...apiTokenView(made.token), secret: made.secret });
    });

    app.get('/api/tokens', { schema: listSchema }, async (request) => {
      const reader = requireTokenMaker(request, { mayHavePolicy: true });
      const { mine, ...query } = request.query;
      const of = mine === 'true' || reader.role !== 'admin' ? reader : undefined;
      return pageByCreation({
        query,
        list: (page) => apiTokens.list({ ...page, of }),
        viewOf: apiTokenView,
      });
    });

    app.delete('/api/tokens/:token_id', { schema: revokeSchema }, async (request, reply) => {
      const maker = requireTokenMaker(request);
      const ownerId = maker.role === 'admin' ? undefined : maker.id;
      const revoked = await apiTokens.revoke(request.params.token_id, { actor: actorOf(maker), ownerId });
      if (!revoked) throw notFound('There is no such API token.');
      return reply.code(204).send();
    });
  };
}

/**
 * An admin, or a signed-in operator, whose tokens can do no more than the operator. Throws a 403 for others.
 * An admin may have a policy only for a request that reads.
 */
function requireTokenMaker(request: FastifyRequest, { mayHavePolicy = false } = {}): Principal {
  const principal = requireRole(request, 'operator');
  if (principal.role === 'admin') return mayHavePolicy ? principal : requireUnboundedAdmin(request);
  return requireUserKind(principal);
}

/** Throws a 403 for a role above the maker's: the token would get it once the maker does. */
function requireRoleToGive({ role: own }: Principal, role: Role): void {
  if (!hasRole(own, role))
    throw forbidden(`Your role is ${own}, so your tokens can have this role at most; got ${role}.`);
}

function expiryOf(asked: string | undefined, now: number): number {
  if (asked === undefined) return now + DEFAULT_DAYS * DAY_MS;
  const expiresAt = Date.parse(asked);
  if (expiresAt > now && expiresAt <= now + MAX_DAYS * DAY_MS) return expiresAt;
  const detail = 'must be in the future, at most two years ahead';
  throw unprocessable('The request is not valid.', [{ pointer: '/expires_at', detail }]);
}
