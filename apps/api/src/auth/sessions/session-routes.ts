import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { SessionRow } from '../../db/schema.ts';
import { pageByCreation, pageOf, pageQuery } from '../../rest/paging.ts';
import { actorOf, requireRole, requireUnboundedAdmin, requireUser } from '../../rest/principal.ts';
import { notFound } from '../../rest/problem.ts';
import { noContent, problems } from '../../rest/responses.ts';
import type { Users } from '../accounts/users.ts';
import { idSchema, timeOf, timeSchema } from '../views.ts';
import type { SessionList } from './session-list.ts';

export interface SessionRoutesDeps {
  readonly sessionList: SessionList;
  readonly users: Users;
}

export const listedSessionSchema = z
  .object({
    id: z.string(),
    current: z.boolean().describe('The session of this request'),
    created_at: timeSchema.describe('When the session began'),
    last_used_at: timeSchema.describe(
      'The last login or refresh: at most 15 minutes before the last request',
    ),
    expires_at: timeSchema.describe('When the session ends, unless a refresh extends it'),
    address: z.string().nullable().describe('The client address of the last login or refresh'),
    user_agent: z.string().nullable().describe('The first 200 characters of the User-Agent header'),
  })
  .meta({ id: 'ListedSession' });

const own = { tags: ['Accounts'] };
const ofUser = { tags: ['Users'] };
const AT_ONCE = 'Takes effect at once: the access tokens of an ended session stop working.';
const userParams = z.strictObject({ user_id: idSchema });

const listOwn = {
  ...own,
  operationId: 'listSessions',
  summary: 'List your sessions, newest first',
  querystring: z.strictObject(pageQuery),
  response: { 200: pageOf(listedSessionSchema), ...problems(403) },
};

const endOwn = {
  ...own,
  operationId: 'endSession',
  summary: 'End one of your sessions',
  description: AT_ONCE,
  params: z.strictObject({ session_id: idSchema }),
  response: { 204: noContent, ...problems(403, 404) },
};

const endAllOwn = {
  ...own,
  operationId: 'endSessions',
  summary: 'Sign out everywhere: end all your sessions, this one included',
  description: AT_ONCE,
  response: { 204: noContent, ...problems(403) },
};

const listOfUser = {
  ...ofUser,
  operationId: 'listUserSessions',
  summary: 'List the sessions of a user, newest first',
  params: userParams,
  querystring: z.strictObject(pageQuery),
  response: { 200: pageOf(listedSessionSchema), ...problems(403, 404) },
};

const endOfUser = {
  ...ofUser,
  operationId: 'endUserSession',
  summary: 'End a session of a user',
  description: AT_ONCE,
  params: z.strictObject({ user_id: idSchema, session_id: idSchema }),
  response: { 204: noContent, ...problems(403, 404) },
};

const endAllOfUser = {
  ...ofUser,
  operationId: 'endUserSessions',
  summary: 'End all sessions of a user',
  description: `${AT_ONCE} The user can sign in again: disable the account to prevent that.`,
  params: userParams,
  response: { 204: noContent, ...problems(403, 404) },
};

/**
 * Sessions: one's own at `/api/auth/sessions`; those of a user, for admins, at
 * `/api/users/:user_id/sessions`.
 */
export function sessionRoutes(deps: SessionRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(ownSessionRoutes(deps));
    await app.register(userSessionRoutes(deps));
  };
}

function ownSessionRoutes({ sessionList }: SessionRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/auth/sessions', { schema: listOwn }, async (request) => {
      const { id: userId, sessionId } = requireUser(request);
      return pageByCreation({
        query: request.query,
        list: (page) => sessionList.list({ userId, ...page }),
        viewOf: (session) => viewOf(session, sessionId),
      });
    });

    app.delete('/api/auth/sessions', { schema: endAllOwn }, async (request, reply) => {
      const user = requireUser(request);
      await sessionList.endAll({ userId: user.id, actor: actorOf(user) });
      return reply.code(204).send();
    });

    app.delete('/api/auth/sessions/:session_id', { schema: endOwn }, async (request, reply) => {
      const user = requireUser(request);
      const { session_id: sessionId } = request.params;
      const ended = await sessionList.end({ userId: user.id, sessionId, actor: actorOf(user) });
      if (!ended) throw noSuchSession();
      return reply.code(204).send();
    });
  };
}

function userSessionRoutes({ sessionList, users }: SessionRoutesDeps): FastifyPluginAsyncZod {
  const requireKnown = async (userId: string): Promise<void> => {
    if ((await users.get(userId)) === undefined) throw notFound('There is no such user.');
  };
  return async (app) => {
    app.get('/api/users/:user_id/sessions', { schema: listOfUser }, async (request) => {
      const { sessionId } = requireRole(request, 'admin');
      const { user_id: userId } = request.params;
      await requireKnown(userId);
      return pageByCreation({
        query: request.query,
        list: (page) => sessionList.list({ userId, ...page }),
        viewOf: (session) => viewOf(session, sessionId),
      });
    });

    app.delete('/api/users/:user_id/sessions', { schema: endAllOfUser }, async (request, reply) => {
      const actor = actorOf(requireUnboundedAdmin(request));
      const { user_id: userId } = request.params;
      await requireKnown(userId);
      await sessionList.endAll({ userId, actor });
      return reply.code(204).send();
    });

    app.delete('/api/users/:user_id/sessions/:session_id', { schema: endOfUser }, async (request, reply) => {
      const actor = actorOf(requireUnboundedAdmin(request));
      const { user_id: userId, session_id: sessionId } = request.params;
      if (!(await sessionList.end({ userId, sessionId, actor }))) throw noSuchSession();
      return reply.code(204).send();
    });
  };
}

function noSuchSession() {
  return notFound('There is no such session, or it has ended.');
}

function viewOf(session: SessionRow, currentId: string | undefined): z.input<typeof listedSessionSchema> {
  return {
    id: session.id,
    current: session.id === currentId,
    created_at: timeOf(session.created_at),
    last_used_at: timeOf(session.last_used_at),
    expires_at: timeOf(session.expires_at),
    address: session.address,
    user_agent: session.user_agent,
  };
}
