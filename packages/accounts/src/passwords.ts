import { type Call, type Connection, path } from '@greenvue/jobs/client';
import { ANONYMOUS } from './anonymous.ts';

// Routes as in account.ts.

export interface ChangePassword {
  readonly current_password: string;
  /** 10 to 200 characters. */
  readonly new_password: string;
}

/**
 * Changes the password of the connection's user and ends the user's other sessions. 403: the token is an API
 * token; 422: the current password is wrong, or the new one is too short or the same. Never retried.
 */
export async function changePassword(
  connection: Connection,
  body: ChangePassword,
  call?: Call,
): Promise<void> {
  return connection.ask(
    { method: 'POST', path: '/auth/password', body, answer: 'nothing', repeat: 'never' },
    call,
  );
}

/** Requests a mail with a link that sets a new password. Succeeds even if the address has no account. */
export async function askPasswordReset(
  connection: Connection,
  body: { readonly email: string },
  call?: Call,
): Promise<void> {
  return connection.ask({ ...ANONYMOUS, path: '/auth/password-reset', body, answer: 'nothing' }, call);
}

export interface ConfirmPasswordReset {
  /** The part of the link after `#`. */
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
  return connection.ask(
    { ...ANONYMOUS, path: '/auth/password-reset/confirm', body, answer: 'nothing' },
    call,
  );
}

/** A reset link that an admin created. */
export interface PasswordReset {
  readonly expires_at: string;
  /** `null` when it was mailed. */
  readonly link: string | null;
}

/**
 * Creates a link that sets a new password for a user, by mail or in the response; only for admins. 403:
 * `link` with an API token, or for the account of an admin; 404: there is no such user, or the account is
 * disabled; 503: the mail server did not accept the mail. Never retried.
 */
export async function resetPassword(
  connection: Connection,
  userId: string,
  body: { readonly deliver: 'mail' | 'link' },
  call?: Call,
): Promise<PasswordReset> {
  return connection.ask(
    { method: 'POST', path: path`/users/${userId}/password-reset`, body, repeat: 'never' },
    call,
  );
}
