import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { UserRow } from '../../db/schema.ts';
import { ACCESS_TOKEN_MS, type AccessTokens } from '../sign-in/access-token.ts';
import { userSchema, userView } from '../views.ts';
import { keepsCookie, setCookie } from './refresh-cookie.ts';
import type { SessionTokens } from './sessions.ts';

export const sessionSchema = z
  .object({
    access_token: z.string().describe('Access token; send it as `Authorization: Bearer <token>`'),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds until the access token expires'),
    refresh_token: z.string().describe('Refresh token; valid once, for 30 days'),
    user: userSchema,
  })
  .meta({ id: 'Session' });

export const cookieSessionSchema = sessionSchema
  .omit({ refresh_token: true })
  .meta({ id: 'CookieSession', description: 'A session whose refresh token is in a cookie' });

/** What a sign-in and a refresh return: with X-Refresh-Token: cookie, the session has no refresh token. */
export const sessionAnswer = z.union([sessionSchema, cookieSessionSchema]);

export type SessionView = z.input<typeof sessionAnswer>;

export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly accessTokens: AccessTokens;
}

/** The body of the answer; sets the cookie if the client asked for it. */
export async function answerSession(
  { request, reply, accessTokens }: Exchange,
  user: UserRow,
  { sessionId, refreshToken }: SessionTokens,
): Promise<SessionView> {
  const session = {
    access_token: await accessTokens.sign({ userId: user.id, sessionId }),
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_MS / 1000,
    user: userView(user),
  } as const;
  if (!keepsCookie(request)) return { ...session, refresh_token: refreshToken };
  setCookie(request, reply, refreshToken);
  return session;
}
