import { errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';

/** How long an access token is good for. */
export const ACCESS_TOKEN_MS = 15 * 60_000;

const ISSUER = 'greenvue';
const AUDIENCE = 'greenvue-api';

/** Signs and checks the short-lived tokens (JWT, HS256) that a login gives. */
export interface AccessTokens {
  /** A token that says who: no role, which is read anew with each request, so that a demotion acts at once. */
  sign(userId: string): Promise<string>;
  /** The user's id, or undefined for a token that is forged, expired, of another algorithm or not of this API. */
  verify(token: string): Promise<string | undefined>;
}

/** Access tokens signed with that secret. Times are the clock's.*/
export function createAccessTokens(secret: string, clock: Clock): AccessTokens {
  const key = new TextEncoder().encode(secret);
  return {
    sign: (userId) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(new Date(clock.now()))
        .setExpirationTime(new Date(clock.now() + ACCESS_TOKEN_MS))
        .sign(key),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          // The list is what refuses `alg: none` and a token signed by another algorithm with this key.
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'exp', 'iat'],
          currentDate: new Date(clock.now()),
        });
        return payload.sub;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
