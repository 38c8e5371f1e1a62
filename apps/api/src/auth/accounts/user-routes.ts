import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { UserRow } from '../../db/schema.ts';
import { pageByCreation, pageOf, pageQuery } from '../../rest/paging.ts';
import { actorOf, requireRole, requireUnboundedAdmin } from '../../rest/principal.ts';
import { conflict, notFound } from '../../rest/problem.ts';
import { problems } from '../../rest/responses.ts';
import { idSchema, roleSchema, userSchema, userView } from '../views.ts';
import type { UserChangeOutcome } from './user-changes.ts';
import type { Users } from './users.ts';

const tags = ['Users'];
const params = z.strictObject({ user_id: idSchema });

const listSchema = {
  tags,
  operationId: 'listUsers',
  summary: 'List the users, newest first',
  querystring: z.strictObject(pageQuery),
  response: { 200: pageOf(userSchema), ...problems(403) },
};

const readSchema = {
  tags,
  operationId: 'getUser',
  summary: 'Read a user',
  params,
  response: { 200: userSchema, ...problems(403, 404) },
};

const changeSchema = {
  tags,
  operationId: 'changeUser',
  summary: "Change a user's role, disable the account or enable it again",
  description:
    'Takes effect at once, also for existing access tokens. Disabling ends all sessions of the account; its user cannot sign in until an admin enables it. 409: the last enabled admin can neither be disabled nor get another role.',
  params,
  body: z
    .strictObject({ role: roleSchema.optional(), disabled: z.boolean().optional() })
    .refine((body) => body.role !== undefined || body.disabled !== undefined, {
      message: 'must have role, disabled or both, such as {"disabled": true}',
    }),
  response: { 200: userSchema, ...problems(403, 404, 409) },
};

/** `/api/users`: accounts and their roles, for admins. */
export function userRoutes({ users }: { readonly users: Users }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/users', { schema: listSchema }, async (request) => {
      requireRole(request, 'admin');
      return pageByCreation({ query: request.query, list: users.list, viewOf: userView });
    });

    app.get('/api/users/:user_id', { schema: readSchema }, async (request) => {
      requireRole(request, 'admin');
      return userView((await users.get(request.params.user_id)) ?? unknown());
    });

    app.patch('/api/users/:user_id', { schema: changeSchema }, async (request) => {
      const actor = actorOf(requireUnboundedAdmin(request));
      return userView(changed(await users.change(request.params.user_id, request.body, actor)));
    });
  };
}

function changed(change: UserChangeOutcome): UserRow {
  switch (change.kind) {
    case 'changed':
      return change.user;
    case 'unknown':
      return unknown();
    case 'last_admin':
      throw conflict('This is the last enabled admin: make another user an admin first.');
    default:
      return change satisfies never;
  }
}

function unknown(): never {
  throw notFound('There is no such user.');
}
