import type { Call, Connection } from './connection.ts';

// GreenVue's own routes, as those in account.ts.

export interface ChangePassword {
  readonly current_password: string;
  /** 10 to 200 characters. */
  readonly new_password: string;
}

/**
 * Changes the password of the connection's user, and ends the user's other sessions. 403: the token is an API token; 422: the
 * current password is wrong, or the new one is too short or the same. Never repeated.
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
