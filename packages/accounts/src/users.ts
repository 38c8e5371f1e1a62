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
  /** The last sign-in or refresh: at most 15 minutes before the last request. `null`: never. */
  readonly last_seen_at: string | null;
}

export interface CreateUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** How the link that sets the password gets to the user: see `resetPassword`. */
  readonly deliver: 'mail' | 'link';
}

/** A new account, with the link that sets its password; `null` if the link was mailed. */
export interface CreatedUser {
  readonly user: User;
  readonly link: string | null;
  readonly expires_at: string;
}

/**
 * Creates an account for somebody else. 403: with `deliver: 'link'`, an API token asks, or the account is an
 * admin's; 409: the address has an account; 503: the account was created, but the mail server refused the
 * mail. Never retried.
 */
export async function createUser(
  connection: Connection,
  body: CreateUser,
  call?: Call,
): Promise<CreatedUser> {
  return connection.ask({ method: 'POST', path: '/users', body, repeat: 'never' }, call);
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
