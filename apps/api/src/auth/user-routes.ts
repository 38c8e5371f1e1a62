import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { actorOf, requireRole } from '../principal.ts';
import { conflict, notFound } from '../problem.ts';
import { problems } from '../responses.ts';
import type { Users } from './users.ts';
import { createdPosition, idSchema, roleSchema, userSchema, userView } from './views.ts';

const params = z.strictObject({ user_id: idSchema });

/** `/api/users`: accounts and their roles, for admins. */
export function userRoutes({ users }: { readonly users: Users }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/users',
      {
        schema: {
          tags: ['Users'],
          summary: 'List the users, newest first',
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(userSchema), ...problems(403) },
        },
      },
      async (request) => {
        requireRole(request, 'admin');
        const { limit, cursor } = request.query;
        const [createdAt, id] = cursor === undefined ? [] : decodeCursor(cursor, createdPosition);
        const before = createdAt === undefined || id === undefined ? undefined : { createdAt, id };
        const rows = await users.list({ before, limit: limit + 1 });
        const shown = rows.slice(0, limit);
        const last = rows.length > limit ? shown.at(-1) : undefined;
        return {
          data: shown.map(userView),
          next_cursor: last ? encodeCursor([last.created_at, last.id]) : null,
        };
      },
    );

    app.get(
      '/api/users/:user_id',
      {
        schema: {
          tags: ['Users'],
          summary: 'Read a user',
          params,
          response: { 200: userSchema, ...problems(403, 404) },
        },
      },
      async (request) => {
        requireRole(request, 'admin');
        const user = await users.get(request.params.user_id);
        if (user === undefined) throw notFound('There is no such user.');
        return userView(user);
      },
    );

    app.patch(
      '/api/users/:user_id',
      {
        schema: {
          tags: ['Users'],
          summary: "Change a user's role",
          description: 'Acts at once, on tokens that were given before as well. The last admin stays one.',
          params,
          body: z.strictObject({ role: roleSchema }),
          response: { 200: userSchema, ...problems(403, 404, 409) },
        },
      },
      async (request) => {
        const principal = requireRole(request, 'admin');
        const change = await users.changeRole(request.params.user_id, request.body.role, actorOf(principal));
        switch (change.kind) {
          case 'changed':
            return userView(change.user);
          case 'unknown':
            throw notFound('There is no such user.');
          case 'last_admin':
            throw conflict('This is the last admin: make another user an admin first.');
          default:
            return change satisfies never;
        }
      },
    );
  };
}
