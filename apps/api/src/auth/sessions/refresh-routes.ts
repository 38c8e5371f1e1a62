import { text } from '@greenvue/jobs/http';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { unauthorized, unprocessable } from '../../rest/problem.ts';
import { noContent } from '../../rest/responses.ts';
import type { SecurityLog } from '../../security-log/security-log.ts';
import type { Users } from '../accounts/users.ts';
import type { AccessTokens } from '../sign-in/access-token.ts';
import { clearCookie, cookieHeaders, cookieOf, keepsCookie } from './refresh-cookie.ts';
import { answerSession, sessionAnswer } from './session-answer.ts';
import { originOf } from './session-origin.ts';
import type { Sessions } from './sessions.ts';

export interface RefreshRoutesDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly securityLog: SecurityLog;
}

const refreshBody = z.strictObject({
  refresh_token: text({ min: 1, max: 200 })
    .optional()
    .describe('Required without the header X-Refresh-Token: cookie'),
});

const refreshRouteSchema = {
  tags: ['Accounts'],
  operationId: 'refreshSession',
  summary: 'Exchange a refresh token for new tokens',
  description:
    'A refresh token that is sent a second time counts as stolen: all tokens of its login are revoked. Exception: within ten seconds it returns the same new refresh token again, unless that has been used, in case the response was lost.',
  security: [],
  headers: cookieHeaders,
  body: refreshBody,
  response: { 200: sessionAnswer },
};

const logoutRouteSchema = {
  tags: ['Accounts'],
  operationId: 'logOut',
  summary: 'Log out',
  description:
    'Ends the session. Its refresh tokens and access tokens stop working at once. With X-Refresh-Token: cookie, also deletes the cookie.',
  security: [],
  headers: cookieHeaders,
  body: refreshBody,
  response: { 204: noContent },
};

/** `/api/auth/refresh` and `/api/auth/logout`, with a refresh token in the body or in the cookie. */
export function refreshRoutes(deps: RefreshRoutesDeps): FastifyPluginAsyncZod {
  const { users, sessions, accessTokens, securityLog } = deps;
  return async (app) => {
    app.addHook('preValidation', async (request) => {
      if (request.body === undefined && keepsCookie(request)) request.body = {};
    });
    app.post('/api/auth/refresh', { schema: refreshRouteSchema }, async (request, reply) => {
      const token = refreshTokenOf(request);
      if (token === undefined) throw unauthorized('There is no refresh cookie: log in.');
      const outcome = await sessions.refresh(token, originOf(request));
      const user = outcome.kind === 'refused' ? undefined : await users.get(outcome.userId);
      if (outcome.kind === 'reused' && user !== undefined) {
        securityLog.record({
          kind: 'refresh_reused',
          actor: { id: `user:${user.id}`, name: user.email },
          target: `user:${user.id}`,
          address: request.clientAddress,
          detail: { session: outcome.sessionId },
        });
      }
      if (outcome.kind !== 'refreshed' || user === undefined || user.disabled_at !== null) {
        throw unauthorized('The refresh token is not valid: log in again.');
      }
      return answerSession({ request, reply, accessTokens }, user, outcome);
    });

    app.post('/api/auth/logout', { schema: logoutRouteSchema }, async (request, reply) => {
      const token = refreshTokenOf(request);
      if (token !== undefined) await sessions.end(token);
      if (keepsCookie(request)) clearCookie(request, reply);
      return reply.code(204).send();
    });
  };
}

type RefreshRequest = FastifyRequest & { readonly body: z.output<typeof refreshBody> };

/** The token in the cookie or the body. Undefined: there is no cookie. Throws a 422 if the body has none. */
function refreshTokenOf(request: RefreshRequest): string | undefined {
  if (keepsCookie(request)) return cookieOf(request);
  const { refresh_token: token } = request.body;
  if (token !== undefined) return token;
  throw unprocessable('The request is not valid.', [
    { pointer: '/refresh_token', detail: 'is required, or the header X-Refresh-Token: cookie' },
  ]);
}
