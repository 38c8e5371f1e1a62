import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, requireUnboundedAdmin } from '../../rest/principal.ts';
import { conflict } from '../../rest/problem.ts';
import { problems } from '../../rest/responses.ts';
import type { PasswordResets } from '../passwords/password-resets.ts';
import type { ResetMails } from '../passwords/reset-mail.ts';
import { mailLink, requireLinkAllowed, resetBody, resetSchema } from '../passwords/reset-routes.ts';
import { emailSchema, personNameSchema, roleSchema, timeOf, userSchema, userView } from '../views.ts';
import type { Users } from './users.ts';

export interface CreateUserDeps {
  readonly users: Users;
  readonly passwordResets: PasswordResets;
  readonly resetMails: ResetMails;
}

export const createUserBody = z.strictObject({
  email: emailSchema,
  name: personNameSchema,
  role: roleSchema,
  deliver: resetBody.shape.deliver,
});

export const createdUserSchema = resetSchema.extend({ user: userSchema }).meta({ id: 'CreatedUser' });

const createSchema = {
  tags: ['Users'],
  operationId: 'createUser',
  summary: 'Create an account, with a link that sets its password',
  description:
    'The address counts as confirmed. The link is valid once, for 30 minutes; afterwards, the user requests another one on the sign-in page. 409: the address has an account. 503: the account was created, but the mail server refused the mail: send the link again with POST /api/users/{user_id}/password-reset.',
  body: createUserBody,
  response: { 201: createdUserSchema, ...problems(403, 409) },
};

/** `POST /api/users`: an admin makes an account for somebody else. */
export function createUserRoute({
  users,
  passwordResets,
  resetMails,
}: CreateUserDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/users', { schema: createSchema }, async (request, reply) => {
      const admin = requireUnboundedAdmin(request);
      const { deliver, ...wanted } = request.body;
      if (deliver === 'link') requireLinkAllowed(admin, wanted);
      const actor = actorOf(admin);
      const user = await users.create(wanted, actor);
      if (user === undefined)
        throw conflict('This address has an account already. Look for it in the list of users.');
      const granted = await passwordResets.give({ userId: user.id, actor, mayGive: () => undefined });
      if (granted === undefined) throw conflict('Somebody disabled the new account meanwhile.');
      if (deliver === 'mail') await mailLink(resetMails, granted);
      return reply.code(201).send({
        user: userView(user),
        link: deliver === 'link' ? granted.link : null,
        expires_at: timeOf(granted.expiresAt),
      });
    });
  };
}
