import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { UserRow } from '../db/schema.ts';
import { requireRole } from '../principal.ts';
import { conflict, tooManyRequests, unauthorized } from '../problem.ts';
import { noContent, problems } from '../responses.ts';
import { text } from '../text.ts';
import { ACCESS_TOKEN_MS, type AccessTokens } from './access-token.ts';
import type { LoginThrottle } from './login-throttle.ts';
import type { Sessions } from './sessions.ts';
import type { Users } from './users.ts';
import { emailSchema, nameSchema, passwordSchema, roleSchema, userSchema, userView } from './views.ts';

export interface AccountRoutesDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly loginThrottle: LoginThrottle;
}

export const sessionSchema = z
  .object({
    access_token: z.string().describe('Send it as `Authorization: Bearer`'),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds that the access token is good for'),
    refresh_token: z.string().describe('Good for one use, for 30 days'),
    user: userSchema,
  })
  .meta({ id: 'Session' });

export const registerBody = z.strictObject({
  email: emailSchema,
  password: passwordSchema,
  name: nameSchema,
});

const refreshSchema = z.strictObject({ refresh_token: text({ min: 1, max: 200 }) });

export const meSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['user', 'api_token']),
    name: z.string(),
    email: z.string().nullable().describe('null for an API token'),
    role: roleSchema,
  })
  .meta({ id: 'Me' });

/** `/api/auth`: register, log in, refresh, log out, and who one is. */
export function accountRoutes(deps: AccountRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(signInRoutes(deps));
    await app.register(sessionRoutes(deps));
  };
}

function signInRoutes({ users, loginThrottle, ...deps }: AccountRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/auth/register',
      {
        schema: {
          tags: ['Accounts'],
          operationId: 'register',
          summary: 'Make an account, and log in',
          security: [],
          body: registerBody,
          response: { 201: sessionSchema, ...problems(409) },
        },
      },
      async (request, reply) => {
        const user = await users.register(request.body);
        if (user === undefined) throw conflict('This e-mail address has an account already: log in.');
        return reply.code(201).send(await beginSession(deps, user));
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
          body: z.strictObject({ email: emailSchema, password: text({ min: 1, max: 200 }) }),
          response: { 200: sessionSchema },
        },
      },
      async (request) => {
        const { email, password } = request.body;
        const wait = loginThrottle.enter(email, request.clientAddress);
        if (wait !== undefined)
          throw tooManyRequests(`Too many failed logins. Log in again in ${wait} s.`, wait);
        const user = await users.checkPassword(email, password);
        if (user === undefined) throw unauthorized('The e-mail address or the password is wrong.');
        loginThrottle.succeeded(email, request.clientAddress);
        return beginSession(deps, user);
      },
    );
  };
}

const refreshRouteSchema = {
  tags: ['Accounts'],
  operationId: 'refreshSession',
  summary: 'Trade a refresh token for new tokens',
  description:
    'A refresh token that comes a second time revokes all tokens that descend from its login. Only within ten seconds, for the case that the answer was lost, it gives the same refresh token again, as long as that has not been used.',
  security: [],
  body: refreshSchema,
  response: { 200: sessionSchema },
};

const logoutRouteSchema = {
  tags: ['Accounts'],
  operationId: 'logOut',
  summary: 'Log out',
  description: 'Revokes all refresh tokens of the login. The access token stays good until it expires.',
  security: [],
  body: refreshSchema,
  response: { 204: noContent },
};

const meRouteSchema = {
  tags: ['Accounts'],
  operationId: 'getMe',
  summary: 'Who the token stands for',
  response: { 200: meSchema },
};

function sessionRoutes({ users, sessions, accessTokens }: AccountRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/auth/refresh', { schema: refreshRouteSchema }, async (request) => {
      const outcome = await sessions.refresh(request.body.refresh_token);
      const user = outcome.kind === 'refreshed' ? await users.get(outcome.userId) : undefined;
      if (outcome.kind === 'refused' || user === undefined) {
        throw unauthorized('The refresh token is not valid: log in again.');
      }
      return sessionView(await accessTokens.sign(user.id), outcome.refreshToken, user);
    });

    app.post('/api/auth/logout', { schema: logoutRouteSchema }, async (request, reply) => {
      await sessions.end(request.body.refresh_token);
      return reply.code(204).send();
    });

    app.get('/api/auth/me', { schema: meRouteSchema }, async (request) => {
      const { id, kind, name, role } = requireRole(request, 'user');
      const user = kind === 'user' ? await users.get(id) : undefined;
      return { id, kind, name: user?.name ?? name, email: user?.email ?? null, role };
    });
  };
}

async function beginSession(
  { sessions, accessTokens }: Pick<AccountRoutesDeps, 'sessions' | 'accessTokens'>,
  user: UserRow,
): Promise<z.input<typeof sessionSchema>> {
  return sessionView(await accessTokens.sign(user.id), await sessions.begin(user.id), user);
}

function sessionView(
  accessToken: string,
  refreshToken: string,
  user: UserRow,
): z.input<typeof sessionSchema> {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_MS / 1000,
    refresh_token: refreshToken,
    user: userView(user),
  };
}
