import { createHash, timingSafeEqual } from 'node:crypto';

/** The users of the examples. Your app has its own: sessions, tokens or single sign-on. */
const PASSWORDS = new Map([
  ['admin', 'secret'],
  ['viewer', 'look'],
]);

/** What a browser needs to ask for the password. */
export const ASK_FOR_PASSWORD = { 'WWW-Authenticate': 'Basic realm="examples"' };

/** The user of a request, from its header `Authorization` (HTTP Basic); undefined if nobody is signed in. */
export function userOf(authorization: string | undefined): string | undefined {
  const [scheme, encoded = ''] = (authorization ?? '').split(' ');
  const [user = '', password = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const expected = PASSWORDS.get(user);
  return scheme === 'Basic' && expected !== undefined && isSame(password, expected) ? user : undefined;
}

/**
 * The `authorize` of the jobs API: `admin` may do everything, `viewer` may only read. Throws an error whose
 * status and message the client gets.
 */
export function authorizeUser(authorization: string | undefined, need: 'read' | 'operate' | 'admin') {
  const user = userOf(authorization);
  if (user === undefined) throw Object.assign(new Error('Sign in first.'), { statusCode: 401 });
  if (user !== 'admin' && need !== 'read')
    throw Object.assign(new Error('Only an admin may change jobs.'), { statusCode: 403 });
  return { id: `user:${user}` };
}

function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
