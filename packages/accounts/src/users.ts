import {
  allOf,
  type Call,
  type Connection,
  type Page,
  type PageQuery,
  path,
  type Rows,
} from '@greenvue/jobs/client';

// Routes as in account.ts. Only for admins; others get a 403.

export type Role = 'user' | 'operator' | 'admin';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** While true, the account can't sign in and has no sessions. */
  readonly disabled: boolean;
  /** While true, the account can only change its password: all other routes respond with 403. */
  readonly must_change_password: boolean;
  /** While false, the address gets only the confirmation mail. */
  readonly email_confirmed: boolean;
  readonly created_at: string;
}

/** A page of the users, newest first. */
export async function listUsers(connection: Connection, query?: PageQuery, call?: Call): Promise<Page<User>> {
  return connection.ask({ path: '/users', query: { ...query }, answer: 'list' }, call);
}

/** All users, newest first, page by page. */
export function eachUser(connection: Connection, query: PageQuery = {}, call?: Call): Rows<User> {
  return allOf((page: PageQuery) => listUsers(connection, page, call), query);
}

/** Reads a user. 404: there is no such user. */
export async function getUser(connection: Connection, userId: string, call?: Call): Promise<User> {
  return connection.ask({ path: path`/users/${userId}` }, call);
}

/**
 * Changes the role of a user, disables the account or enables it again. Takes effect at once, also for
 * existing tokens. Disabling ends the user's sessions. 409: it is the last enabled admin.
 */
export async function changeUser(
  connection: Connection,
  userId: string,
  body: { readonly role?: Role; readonly disabled?: boolean },
  call?: Call,
): Promise<User> {
  return connection.ask({ method: 'PATCH', path: path`/users/${userId}`, body }, call);
}

/** {@link changeUser} for the role only. */
export function changeRole(
  connection: Connection,
  userId: string,
  body: { readonly role: Role },
  call?: Call,
): Promise<User> {
  return changeUser(connection, userId, body, call);
}
