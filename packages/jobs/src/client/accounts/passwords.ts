import type { Call, Connection } from '../connection/connection.ts';
import { path } from '../connection/request.ts';

// GreenVue's own routes, as those in account.ts.

export interface ChangePassword {
  readonly current_password: string;
  /** 10 to 200 characters. */
  readonly new_password: string;
}

/**
 * Changes the password of the connection's user, and ends the user's other sessions. 403: the token is an API
 * token; 422: the current password is wrong, or the new one is too short or the same. Never repeated.
 */
export async function changePassword(
  connection: Connection,
  body: ChangePassword,
  call?: Call,
): Promise<void> {
  await connection.send<undefined>({
    method: 'POST',
    path: '/auth/password',
    body,
    answer: 'nothing',
    repeat: 'never',
    signal: call?.signal,
  });
}

/** Asks for a link by mail that sets a new password. Succeeds whether the address has an account or not. */
export async function askPasswordReset(
  connection: Connection,
  body: { readonly email: string },
  call?: Call,
): Promise<void> {
  await connection.send<undefined>({
    method: 'POST',
    path: '/auth/password-reset',
    body,
    isAnonymous: true,
    answer: 'nothing',
    repeat: 'never',
    signal: call?.signal,
  });
}

export interface ConfirmPasswordReset {
  /** What comes after `#` in the link. */
  readonly token: string;
  /** 10 to 200 characters. */
  readonly new_password: string;
}

/**
 * Sets a new password with a link, and ends all sessions of the account. 422: the link is used, expired or
 * unknown.
 */
export async function confirmPasswordReset(
  connection: Connection,
  body: ConfirmPasswordReset,
  call?: Call,
): Promise<void> {
  await connection.send<undefined>({
    method: 'POST',
    path: '/auth/password-reset/confirm',
    body,
    isAnonymous: true,
    answer: 'nothing',
    repeat: 'never',
    signal: call?.signal,
  });
}

/** A link that an admin gave. */
export interface PasswordReset {
  readonly expires_at: string;
  /** `null` when it was mailed. */
  readonly link: string | null;
}

/**
 * Gives a user a link that sets a new password, by mail or in the answer; for admins. 403: `link` with an API
 * token or for an admin's account. 404: no such user, or a disabled one. 503: the mail server refuses. Never
 * repeated.
 */
export async function resetPassword(
  connection: Connection,
  userId: string,
  body: { readonly deliver: 'mail' | 'link' },
  call?: Call,
): Promise<PasswordReset> {
  const answer = await connection.send<PasswordReset>({
    method: 'POST',
    path: path`/users/${userId}/password-reset`,
    body,
    repeat: 'never',
    signal: call?.signal,
  });
  return answer.body;
}
