import type { Call, Connection } from '@greenvue/jobs/client';
import { ANONYMOUS } from './anonymous.ts';
import type { Role, User } from './users.ts';

// The schemas of these routes are in the app, which this package can't import. A test of the app checks these
// types against them.

/** The tokens of a login. */
export interface Session {
  /** The `token` for a connection. */
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds until the access token expires. */
  readonly expires_in: number;
  /** Valid for one use of {@link refreshSession}. */
  readonly refresh_token: string;
  readonly user: User;
}

/** A session whose refresh token is in a cookie that no script can read. */
export type CookieSession = Omit<Session, 'refresh_token'>;

/** The account or API token behind a token. */
export interface Me {
  readonly id: string;
  readonly kind: 'user' | 'api_token';
  readonly name: string;
  /** `null` for an API token. */
  readonly email: string | null;
  readonly role: Role;
  /** While true, all routes except the password change respond with 403. */
  readonly must_change_password: boolean;
}

export interface Register {
  readonly email: string;
  /** 10 to 200 characters. */
  readonly password: string;
  readonly name: string;
}

/** Creates an account and logs in. 409: the address already has an account. Never retried. */
export async function register(connection: Connection, body: Register, call?: Call): Promise<Session> {
  return connection.ask({ ...ANONYMOUS, path: '/auth/register', body }, call);
}

/**
 * Logs in. 401: the address or the password is wrong; 403: the account is disabled; 429: too many failed
 * logins. Never retried.
 */
export async function logIn(
  connection: Connection,
  body: { readonly email: string; readonly password: string },
  call?: Call,
): Promise<Session> {
  return connection.ask({ ...ANONYMOUS, path: '/auth/login', body }, call);
}

/**
 * Exchanges a refresh token for new tokens. 401: it is no longer valid. Never retried: a refresh token that
 * is sent again more than ten seconds after its use counts as stolen and ends the session.
 */
export async function refreshSession(
  connection: Connection,
  refreshToken: string,
  call?: Call,
): Promise<Session> {
  return connection.ask({ ...ANONYMOUS, path: '/auth/refresh', body: { refresh_token: refreshToken } }, call);
}

/** Ends a session and its access tokens. */
export async function logOut(connection: Connection, refreshToken: string, call?: Call): Promise<void> {
  return connection.ask(
    {
      ...ANONYMOUS,
      path: '/auth/logout',
      body: { refresh_token: refreshToken },
      answer: 'nothing',
      repeat: 'safe',
    },
    call,
  );
}

// The header also proves that a page of this origin sends the request: see docs/accounts.md of GreenVue.
const WITH_COOKIE = { ...ANONYMOUS, headers: { 'x-refresh-token': 'cookie' } } as const;

/** {@link logIn} for a page of GreenVue: the browser keeps the refresh token, for all its tabs. */
export async function logInWithCookie(
  connection: Connection,
  body: { readonly email: string; readonly password: string },
  call?: Call,
): Promise<CookieSession> {
  return connection.ask({ ...WITH_COOKIE, path: '/auth/login', body }, call);
}

/** {@link refreshSession} with the refresh token in the cookie. 401: there is none, or it is not valid. */
export async function refreshCookieSession(connection: Connection, call?: Call): Promise<CookieSession> {
  return connection.ask({ ...WITH_COOKIE, path: '/auth/refresh', outlivesPage: true }, call);
}

/** {@link logOut} with the refresh token in the cookie, which it deletes. */
export async function endCookieSession(connection: Connection, call?: Call): Promise<void> {
  return connection.ask({ ...WITH_COOKIE, path: '/auth/logout', answer: 'nothing', repeat: 'safe' }, call);
}

/**
 * Confirms the address of a new account with the token from its mail. 422: the token is unknown, used or
 * older than an hour.
 */
export async function confirmEmail(connection: Connection, token: string, call?: Call): Promise<void> {
  return connection.ask(
    { ...ANONYMOUS, path: '/auth/confirm-email', body: { token }, answer: 'nothing' },
    call,
  );
}

/**
 * Sends the confirmation mail again. 409: the address is already confirmed; 429: more than one mail a minute
 * or five a day. Never retried.
 */
export async function resendConfirmation(connection: Connection, call?: Call): Promise<void> {
  return connection.ask(
    { method: 'POST', path: '/auth/confirm-email/resend', answer: 'nothing', repeat: 'never' },
    call,
  );
}

/** Reads the account or API token behind the connection's token. 401: the token is not valid. */
export async function getMe(connection: Connection, call?: Call): Promise<Me> {
  return connection.ask({ path: '/auth/me' }, call);
}
