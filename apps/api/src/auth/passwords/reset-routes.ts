import { text } from '@greenvue/jobs/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { UserRow } from '../../db/schema.ts';
import { actorOf, type Principal, requireUnboundedAdmin } from '../../rest/principal.ts';
import { forbidden, notFound, unavailable, unprocessable } from '../../rest/problem.ts';
import { noContent, problems } from '../../rest/responses.ts';
import { emailSchema, idSchema, passwordSchema, timeOf, timeSchema } from '../views.ts';
import type { Granted, PasswordResets } from './password-resets.ts';
import type { ResetMails } from './reset-mail.ts';

export interface ResetRoutesDeps {
  readonly passwordResets: PasswordResets;
  readonly resetMails: ResetMails;
}

const askSchema = {
  tags: ['Accounts'],
  operationId: 'askPasswordReset',
  summary: 'Request a link that sets a new password',
  description:
    'Mails the link to the address, if it is the confirmed address of an enabled account. The response is always the same. A link is valid once, for 30 minutes. An account gets no further link while three are valid.',
  security: [],
  body: z.strictObject({ email: emailSchema }),
  response: { 202: noContent },
};

export const confirmResetBody = z.strictObject({
  token: text({ min: 1, max: 200 }).describe('The part of the link after #'),
  new_password: passwordSchema,
});

const confirmSchema = {
  tags: ['Accounts'],
  operationId: 'confirmPasswordReset',
  summary: 'Set a new password with a link',
  description:
    'Ends all sessions and other reset links of the account. Afterwards, sign in with the new password.',
  security: [],
  body: confirmResetBody,
  response: { 204: noContent },
};

export const resetBody = z.strictObject({
  deliver: z
    .enum(['mail', 'link'])
    .describe(
      'mail: sends the link to the address of the account. link: returns it in the response, so that you can pass it on; requires a signed-in admin, not an API token, and an account that is not an admin',
    ),
});

export const resetSchema = z
  .object({
    expires_at: timeSchema,
    link: z.string().nullable().describe('null if the link was mailed'),
  })
  .meta({ id: 'PasswordReset' });

const giveSchema = {
  tags: ['Users'],
  operationId: 'resetPassword',
  summary: 'Create a link that sets a new password for a user',
  description:
    'The link is valid once, for 30 minutes. The old password and the sessions work until somebody uses the link. To lock a user out at once, disable the account.',
  params: z.strictObject({ user_id: idSchema }),
  body: resetBody,
  response: { 200: resetSchema, ...problems(403, 404) },
};

/** How a forgotten password is reset: by mail, or by an admin. */
export function resetRoutes({ passwordResets, resetMails }: ResetRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/auth/password-reset', { schema: askSchema }, async (request, reply) => {
      const { email } = request.body;
      const isTaken = resetMails.ask({ email, address: request.clientAddress });
      if (!isTaken) throw unavailable('The server is processing too many password resets. Retry in 5 s.', 5);
      return reply.code(202).send();
    });

    app.post('/api/auth/password-reset/confirm', { schema: confirmSchema }, async (request, reply) => {
      const { token, new_password: next } = request.body;
      const outcome = await passwordResets.confirm({ token, next });
      if (outcome === 'invalid')
        throw refused('/token', 'is already used, expired or unknown: request another link');
      if (outcome === 'same') throw refused('/new_password', 'must differ from the current password');
      return reply.code(204).send();
    });

    app.post('/api/users/:user_id/password-reset', { schema: giveSchema }, async (request) => {
      const admin = requireUnboundedAdmin(request);
      const isLink = request.body.deliver === 'link';
      const granted = await passwordResets.give({
        userId: request.params.user_id,
        actor: actorOf(admin),
        mayGive: (user) => {
          if (isLink) requireLinkAllowed(admin, user);
        },
      });
      if (granted === undefined) throw notFound('There is no such user, or the account is disabled.');
      const expires_at = timeOf(granted.expiresAt);
      if (isLink) return { link: granted.link, expires_at };
      await mailLink(resetMails, granted);
      return { link: null, expires_at };
    });
  };
}

/** Throws a 403 when a thief of a token or session could take over an admin's account with the link. */
export function requireLinkAllowed({ kind }: Principal, { role }: Pick<UserRow, 'role'>): void {
  if (kind === 'api_token')
    throw forbidden(
      'An API token cannot get the link in the response. Sign in as an admin, or use {"deliver": "mail"}.',
    );
  if (role === 'admin')
    throw forbidden('The account of an admin gets its link by mail only. Use {"deliver": "mail"}.');
}

/** Throws a 503 when the mail server refuses the mail. */
export async function mailLink(mails: ResetMails, { user, ...link }: Granted): Promise<void> {
  try {
    await mails.send(user.email, link);
  } catch {
    throw unavailable(
      'The mail server refused the mail. Retry in a minute. For an account that is not an admin, a signed-in admin gets the link with {"deliver": "link"}.',
      60,
    );
  }
}

function refused(pointer: string, detail: string) {
  return unprocessable('The password was not changed.', [{ pointer, detail }]);
}
