import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Page, type PageQuery, pageOf } from '../connection/pages.ts';
import { path } from '../connection/request.ts';

// GreenVue's own routes, as those in account.ts. All of them only for admins: 403 for others.

export type Role = 'user' | 'operator' | 'admin';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** While true, the account can't sign in and has no sessions. */
  readonly disabled: boolean;
  /** While true, the account can only change its password: all other routes answer 403. */
  readonly must_change_password: boolean;
  /** While false, the address gets only the confirmation mail. */
  readonly email_confirmed: boolean;
  readonly created_at: string;
}

/** A page of the users, newest first. */
export async function listUsers(connection: Connection, query?: PageQuery, call?: Call): Promise<Page<User>> {
  return pageOf<User>(connection, '/users', { ...query }, call);
}

/** All users, newest first, page by page. */
export function eachUser(
  connection: Connection,
  query: PageQuery = {},
  call?: Call,
): AsyncGenerator<User, void, undefined> {
  return allOf((page: PageQuery) => listUsers(connection, page, call), query);
}

/** Reads a user. 404: there is no such user. */
export async function getUser(connection: Connection, userId: string, call?: Call): Promise<User> {
  const answer = await connection.send<User>({
    method: 'GET',
    path: path`/users/${userId}`,
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body;
}

/**
 * Gives a user another role, disables the account or enables it again, at once, for tokens that were given
 * before as well. Disabling ends its sessions. 409: it is the last enabled admin.
 */
export async function changeUser(
  connection: Connection,
  userId: string,
  body: { readonly role?: Role; readonly disabled?: boolean },
  call?: Call,
): Promise<User> {
  const answer = await connection.send<User>({
    method: 'PATCH',
    path: path`/users/${userId}`,
    body,
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body;
}

/** {@link changeUser} of the role alone. */
export function changeRole(
  connection: Connection,
  userId: string,
  body: { readonly role: Role },
  call?: Call,
): Promise<User> {
  return changeUser(connection, userId, body, call);
}
