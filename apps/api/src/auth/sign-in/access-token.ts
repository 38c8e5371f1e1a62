import { errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../clock.ts';

/** How long an access token is good for. */
export const ACCESS_TOKEN_MS = 15 * 60_000;

const ISSUER = 'greenvue';
const AUDIENCE = 'greenvue-api';

/** Signs and checks the short-lived tokens (JWT, HS256) that a login gives. */
export interface AccessTokens {
  /**
   * A token that says who, and by which session. It has no role: each request reads the role and whether the
   * session still lasts, so a demotion and a sign-out act at once.
   */
  sign(claims: AccessClaims): Promise<string>;
  /**
   * Undefined for a token that is forged, expired, of another algorithm, of no session or not of this API.
   */
  verify(token: string): Promise<AccessClaims | undefined>;
}

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/** Access tokens signed with that secret. Times are the clock's.*/
export function createAccessTokens(secret: string, clock: Clock): AccessTokens {
  const key = new TextEncoder().encode(secret);
  return {
    sign: ({ userId, sessionId }) =>
      new SignJWT({ sid: sessionId })
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
          requiredClaims: ['sub', 'sid', 'exp', 'iat'],
          currentDate: new Date(clock.now()),
        });
        const { sub, sid } = payload;
        return sub === undefined || typeof sid !== 'string' ? undefined : { userId: sub, sessionId: sid };
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
