import { text } from '@greenvue/jobs/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requirePrincipal, requireUserKind } from '../../rest/principal.ts';
import { conflict, type ProblemDetail, tooManyRequests, unprocessable } from '../../rest/problem.ts';
import { noContent, problems } from '../../rest/responses.ts';
import type { LoginThrottle } from '../sign-in/login-throttle.ts';
import { passwordSchema } from '../views.ts';
import type { PasswordChangeOutcome, PasswordChanges } from './password-changes.ts';

export interface PasswordRoutesDeps {
  readonly passwordChanges: PasswordChanges;
  readonly loginThrottle: LoginThrottle;
}

export const changePasswordBody = z.strictObject({
  current_password: text({ min: 1, max: 200 }),
  new_password: passwordSchema,
});

const changeSchema = {
  tags: ['Accounts'],
  operationId: 'changePassword',
  summary: 'Change your password',
  description:
    'Ends your other sessions and your reset links; this session continues. For users, not for API tokens. A wrong current password counts as a failed sign-in.',
  body: changePasswordBody,
  response: { 204: noContent, ...problems(403, 409) },
};

/** `POST /api/auth/password`. */
export function passwordRoutes({
  passwordChanges,
  loginThrottle,
}: PasswordRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/auth/password', { schema: changeSchema }, async (request, reply) => {
      const { id: userId, name: email, sessionId } = requireUserKind(requirePrincipal(request));
      const { current_password: current, new_password: next } = request.body;
      const wait = loginThrottle.enter(email, request.clientAddress);
      if (wait !== undefined)
        throw tooManyRequests(`Too many wrong passwords for this account. Retry in ${wait} s.`, wait);
      const outcome = await passwordChanges.change({ userId, sessionId, current, next });
      if (outcome !== 'wrong') loginThrottle.succeeded(email, request.clientAddress);
      refuseUnlessChanged(outcome);
      return reply.code(204).send();
    });
  };
}

function refuseUnlessChanged(outcome: PasswordChangeOutcome): void {
  switch (outcome) {
    case 'changed':
      return;
    case 'wrong':
      throw refused({ pointer: '/current_password', detail: 'is not the password of this account' });
    case 'same':
      throw refused({ pointer: '/new_password', detail: 'must differ from the current password' });
    case 'raced':
      throw conflict(
        'Someone else changed the account during this request. Sign in again, then change the password.',
      );
    default:
      outcome satisfies never;
  }
}

function refused(fault: ProblemDetail) {
  return unprocessable('The password was not changed.', [fault]);
}
