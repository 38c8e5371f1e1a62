import { text } from '@greenvue/jobs/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requirePrincipal } from '../../rest/principal.ts';
import { conflict, forbidden, tooManyRequests, unprocessable } from '../../rest/problem.ts';
import { noContent, problems } from '../../rest/responses.ts';
import type { EmailConfirmations } from './email-confirmations.ts';
import type { Users } from './users.ts';

export interface ConfirmationRoutesDeps {
  readonly users: Users;
  readonly emailConfirmations: EmailConfirmations;
}

const tags = ['Accounts'];

export const confirmBody = z.strictObject({ token: text({ min: 1, max: 200 }) });

const confirmSchema = {
  tags,
  operationId: 'confirmEmail',
  summary: 'Confirm the e-mail address of a new account',
  description:
    'Takes the token of the confirmation mail, which is valid once, for an hour. Other mails to the address wait for the confirmation.',
  security: [],
  body: confirmBody,
  response: { 204: noContent },
};

const resendSchema = {
  tags,
  operationId: 'resendConfirmation',
  summary: 'Send the confirmation mail again',
  description:
    'Sends the mail to the address of your own account, at most once a minute and five times a day.',
  body: z.strictObject({}).nullish().describe('Optional'),
  response: { 202: z.undefined().describe('The server is sending the mail'), ...problems(403, 409) },
};

/** `/api/auth/confirm-email`: confirming an address, and asking for another mail. */
export function confirmationRoutes({
  users,
  emailConfirmations,
}: ConfirmationRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/auth/confirm-email', { schema: confirmSchema }, async (request, reply) => {
      const isConfirmed = await emailConfirmations.confirm(request.body.token);
      if (!isConfirmed) {
        const detail = 'is unknown, used or older than an hour: sign in, and request another mail';
        throw unprocessable('The address is not confirmed.', [{ pointer: '/token', detail }]);
      }
      return reply.code(204).send();
    });

    app.post('/api/auth/confirm-email/resend', { schema: resendSchema }, async (request, reply) => {
      const { id, kind } = requirePrincipal(request);
      const user = kind === 'user' ? await users.get(id) : undefined;
      if (user === undefined)
        throw forbidden('An API token has no e-mail address to confirm: sign in as a user.');
      const outcome = await emailConfirmations.request(user);
      switch (outcome.kind) {
        case 'sending':
          return reply.code(202).send();
        case 'confirmed':
          throw conflict('The e-mail address of this account is already confirmed: there is nothing to do.');
        case 'too_many':
          throw tooManyRequests(
            `The account gets a confirmation mail at most once a minute and five times a day. Retry in ${outcome.waitSeconds} s.`,
            outcome.waitSeconds,
          );
        default:
          return outcome satisfies never;
      }
    });
  };
}
