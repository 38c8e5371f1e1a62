import { getIronSession } from 'iron-session';
import { cookies } from 'next/headers';

/** The session of a request: an encrypted cookie. In production, set SESSION_SECRET, and `secure: true`. */
export async function session() {
  return getIronSession<{ user?: string }>(await cookies(), {
    cookieName: 'session',
    password: process.env.SESSION_SECRET ?? 'only for development: 32 characters or more',
    cookieOptions: { httpOnly: true, sameSite: 'strict', secure: false },
  });
}
