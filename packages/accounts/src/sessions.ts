import { type Call, type Connection, type Page, type PageQuery, path } from '@greenvue/jobs/client';

// Routes as in account.ts. Your own sessions require a user's token; the sessions of other users
// are for admins.

/** A session, as its owner sees it. */
export interface ListedSession {
  readonly id: string;
  /** The session of this connection's token. */
  readonly current: boolean;
  readonly created_at: string;
  /** When the session last got tokens: at most 15 minutes before its last request. */
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly address: string | null;
  readonly user_agent: string | null;
}

/** A page of your sessions, newest first. */
export async function listSessions(
  connection: Connection,
  query?: PageQuery,
  call?: Call,
): Promise<Page<ListedSession>> {
  return connection.ask({ path: '/auth/sessions', query: { ...query }, answer: 'list' }, call);
}

/** Ends one of your sessions at once. 404: there is no such session, or it has ended. */
export async function endSession(connection: Connection, sessionId: string, call?: Call): Promise<void> {
  return connection.ask({ method: 'DELETE', path: path`/auth/sessions/${sessionId}` }, call);
}

/** Signs out everywhere: ends all your sessions, including this one. */
export async function endSessions(connection: Connection, call?: Call): Promise<void> {
  return connection.ask({ method: 'DELETE', path: '/auth/sessions' }, call);
}

/** A page of a user's sessions, newest first. 404: there is no such user. */
export async function listUserSessions(
  connection: Connection,
  userId: string,
  query?: PageQuery,
  call?: Call,
): Promise<Page<ListedSession>> {
  return connection.ask({ path: path`/users/${userId}/sessions`, query: { ...query }, answer: 'list' }, call);
}

/** Ends a session of a user at once. 404: there is no such session, or it has ended. */
export async function endUserSession(
  connection: Connection,
  userId: string,
  sessionId: string,
  call?: Call,
): Promise<void> {
  return connection.ask({ method: 'DELETE', path: path`/users/${userId}/sessions/${sessionId}` }, call);
}

/**
 * Ends all sessions of a user at once. The user can sign in again; to prevent that, use `changeUser` with
 * `disabled`.
 */
export async function endUserSessions(connection: Connection, userId: string, call?: Call): Promise<void> {
  return connection.ask({ method: 'DELETE', path: path`/users/${userId}/sessions` }, call);
}
