import { text } from '@greenvue/jobs/http';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { UserRow } from '../../db/schema.ts';
import { requirePrincipal } from '../../rest/principal.ts';
import { conflict, forbidden, tooManyRequests, unauthorized } from '../../rest/problem.ts';
import { problems } from '../../rest/responses.ts';
import type { SecurityLog } from '../../security-log/security-log.ts';
import { cookieHeaders } from '../sessions/refresh-cookie.ts';
import { refreshRoutes } from '../sessions/refresh-routes.ts';
import { answerSession, type Exchange, type SessionView, sessionAnswer } from '../sessions/session-answer.ts';
import { originOf } from '../sessions/session-origin.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { AccessTokens } from '../sign-in/access-token.ts';
import type { LoginThrottle } from '../sign-in/login-throttle.ts';
import { emailSchema, MUST_CHANGE, passwordSchema, personNameSchema, roleSchema } from '../views.ts';
import type { EmailConfirmations } from './email-confirmations.ts';
import type { Users } from './users.ts';

export interface AccountRoutesDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly loginThrottle: LoginThrottle;
  readonly securityLog: SecurityLog;
  readonly emailConfirmations: EmailConfirmations;
}

export const registerBody = z.strictObject({
  email: emailSchema,
  password: passwordSchema,
  name: personNameSchema,
});

export const meSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['user', 'api_token']),
    name: z.string(),
    email: z.string().nullable().describe('null for an API token'),
    role: roleSchema,
    must_change_password: z.boolean().describe(MUST_CHANGE),
  })
  .meta({ id: 'Me' });

/** `/api/auth`: register, log in, refresh, log out, and read the own account. */
export function accountRoutes(deps: AccountRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(signInRoutes(deps));
    await app.register(refreshRoutes(deps));
    await app.register(meRoute(deps));
  };
}

function signInRoutes(deps: AccountRoutesDeps): FastifyPluginAsyncZod {
  const { users, securityLog, emailConfirmations } = deps;
  return async (app) => {
    app.post(
      '/api/auth/register',
      {
        schema: {
          tags: ['Accounts'],
          operationId: 'register',
          summary: 'Create an account and log in',
          security: [],
          headers: cookieHeaders,
          body: registerBody,
          response: { 201: sessionAnswer, ...problems(409) },
        },
      },
      async (request, reply) => {
        const user = await users.register(request.body);
        if (user === undefined) throw conflict('This e-mail address already has an account: log in.');
        await emailConfirmations.request(user);
        return reply.code(201).send(await beginSession(deps, { user, request, reply }));
      },
    );

    app.post(
      '/api/auth/login',
      {
        schema: {
          tags: ['Accounts'],
          operationId: 'logIn',
          summary: 'Log in',
          security: [],
          headers: cookieHeaders,
          body: z.strictObject({ email: emailSchema, password: text({ min: 1, max: 200 }) }),
          response: { 200: sessionAnswer, ...problems(403) },
        },
      },
      async (request, reply) => {
        const user = await checkSignIn(deps, request);
        const session = await beginSession(deps, { user, request, reply });
        const actor = { id: `user:${user.id}`, name: user.email };
        securityLog.record({ kind: 'sign_in', actor, ...signInOf(request) });
        return session;
      },
    );
  };
}

type SignInRequest = FastifyRequest & {
  readonly body: { readonly email: string; readonly password: string };
};

/** Checks e-mail and password, and returns the account. Throws a 401, 403 or 429. */
async function checkSignIn(deps: AccountRoutesDeps, request: SignInRequest): Promise<UserRow> {
  const { users, loginThrottle, securityLog } = deps;
  const { body, clientAddress } = request;
  const wait = loginThrottle.enter(body.email, clientAddress);
  if (wait !== undefined) {
    securityLog.record({ kind: 'sign_in_throttled', ...signInOf(request) });
    throw tooManyRequests(`Too many failed logins. Retry in ${wait} s.`, wait);
  }
  const failed = (reason: string): void =>
    securityLog.record({ kind: 'sign_in_failed', ...signInOf(request, { reason }) });
  const user = await users.checkPassword(body.email, body.password);
  if (user === undefined) {
    failed('wrong_password');
    throw unauthorized('The e-mail address or the password is wrong.');
  }
  loginThrottle.succeeded(body.email, clientAddress);
  if (user.disabled_at !== null) {
    failed('disabled');
    throw forbidden('This account is disabled. Ask an admin to enable it.');
  }
  return user;
}

function signInOf(request: SignInRequest, detail: Readonly<Record<string, unknown>> = {}) {
  const { address, userAgent } = originOf(request);
  return {
    target: `email:${request.body.email}`,
    address,
    detail: { ...detail, user_agent: userAgent ?? null },
  };
}

const meRouteSchema = {
  tags: ['Accounts'],
  operationId: 'getMe',
  summary: 'Read the account or API token of the request',
  response: { 200: meSchema },
};

function meRoute({ users }: AccountRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/auth/me', { schema: meRouteSchema }, async (request) => {
      const { id, kind, name, role, mustChangePassword = false } = requirePrincipal(request);
      const user = kind === 'user' ? await users.get(id) : undefined;
      return {
        id,
        kind,
        name: user?.name ?? name,
        email: user?.email ?? null,
        role,
        must_change_password: mustChangePassword,
      };
    });
  };
}

async function beginSession(
  { sessions, accessTokens }: Pick<AccountRoutesDeps, 'sessions' | 'accessTokens'>,
  { user, request, reply }: { readonly user: UserRow } & Pick<Exchange, 'request' | 'reply'>,
): Promise<SessionView> {
  const tokens = await sessions.begin(user, originOf(request));
  if (tokens === undefined)
    throw unauthorized('Someone else changed the account during the sign-in. Log in again.');
  return answerSession({ request, reply, accessTokens }, user, tokens);
}
