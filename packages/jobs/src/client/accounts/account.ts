import type { Call, Connection } from '../connection/connection.ts';
import type { Role, User } from './users.ts';

// GreenVue's own routes, not the engine's: their schemas live in the app, which this package does not know; a
// test of the app's holds these types to them.

/** What a log-in gives. */
export interface Session {
  /** The token of a connection. */
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds that the access token is good for. */
  readonly expires_in: number;
  /** Good for one use of {@link refreshSession}. */
  readonly refresh_token: string;
  readonly user: User;
}

/** Whom a token stands for. */
export interface Me {
  readonly id: string;
  readonly kind: 'user' | 'api_token';
  readonly name: string;
  /** `null` for an API token. */
  readonly email: string | null;
  readonly role: Role;
  /** Until the user has changed the password, everything else is a 403. */
  readonly must_change_password: boolean;
}

export interface Register {
  readonly email: string;
  /** 10 to 200 characters. */
  readonly password: string;
  readonly name: string;
}

/** Makes an account, and logs in. 409: the address has one already. Never repeated. */
export async function register(connection: Connection, body: Register, call?: Call): Promise<Session> {
  const answer = await connection.send<Session>({
    method: 'POST',
    path: '/auth/register',
    body,
    isAnonymous: true,
    repeat: 'never',
    signal: call?.signal,
  });
  return answer.body;
}

/**
 * Logs in. 401: the address or the password is wrong; 403: the account is disabled; 429: too many failed
 * tries. Never repeated.
 */
export async function logIn(
  connection: Connection,
  body: { readonly email: string; readonly password: string },
  call?: Call,
): Promise<Session> {
  const answer = await connection.send<Session>({
    method: 'POST',
    path: '/auth/login',
    body,
    isAnonymous: true,
    repeat: 'never',
    signal: call?.signal,
  });
  return answer.body;
}

/**
 * Trades a refresh token for new tokens. 401: it is not valid any more. Never repeated: a refresh token that
 * comes again more than ten seconds after its use is taken for a stolen one, and ends the session.
 */
export async function refreshSession(
  connection: Connection,
  refreshToken: string,
  call?: Call,
): Promise<Session> {
  const answer = await connection.send<Session>({
    method: 'POST',
    path: '/auth/refresh',
    body: { refresh_token: refreshToken },
    isAnonymous: true,
    repeat: 'never',
    signal: call?.signal,
  });
  return answer.body;
}

/** Ends a session, with its access tokens. */
export async function logOut(connection: Connection, refreshToken: string, call?: Call): Promise<void> {
  await connection.send<undefined>({
    method: 'POST',
    path: '/auth/logout',
    body: { refresh_token: refreshToken },
    isAnonymous: true,
    answer: 'nothing',
    repeat: 'safe',
    signal: call?.signal,
  });
}

/**
 * Confirms the address of a new account with the token that was sent to it. 422: it is unknown, used or older
 * than an hour.
 */
export async function confirmEmail(connection: Connection, token: string, call?: Call): Promise<void> {
  await connection.send<undefined>({
    method: 'POST',
    path: '/auth/confirm-email',
    body: { token },
    isAnonymous: true,
    answer: 'nothing',
    repeat: 'never',
    signal: call?.signal,
  });
}

/**
 * Sends that token again. 409: the address is confirmed already; 429: once a minute and five times a day.
 * Never repeated.
 */
export async function resendConfirmation(connection: Connection, call?: Call): Promise<void> {
  await connection.send<undefined>({
    method: 'POST',
    path: '/auth/confirm-email/resend',
    answer: 'nothing',
    repeat: 'never',
    signal: call?.signal,
  });
}

/** Whom the connection's token stands for. 401: for nobody. */
export async function getMe(connection: Connection, call?: Call): Promise<Me> {
  const answer = await connection.send<Me>({
    method: 'GET',
    path: '/auth/me',
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body;
}
