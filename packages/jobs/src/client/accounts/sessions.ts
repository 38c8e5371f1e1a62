import type { Call, Connection } from '../connection/connection.ts';
import { type Page, type PageQuery, pageOf } from '../connection/pages.ts';
import { path } from '../connection/request.ts';

// Routes of GreenVue, as in account.ts. Your own sessions require a user's token; the sessions of other users
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
export function listSessions(
  connection: Connection,
  query?: PageQuery,
  call?: Call,
): Promise<Page<ListedSession>> {
  return pageOf<ListedSession>(connection, '/auth/sessions', { ...query }, call);
}

/** Ends one of your sessions at once. 404: there is no such session, or it has ended. */
export function endSession(connection: Connection, sessionId: string, call?: Call): Promise<void> {
  return remove(connection, path`/auth/sessions/${sessionId}`, call);
}

/** Signs out everywhere: ends all your sessions, including this one. */
export function endSessions(connection: Connection, call?: Call): Promise<void> {
  return remove(connection, '/auth/sessions', call);
}

/** A page of a user's sessions, newest first. 404: there is no such user. */
export function listUserSessions(
  connection: Connection,
  userId: string,
  query?: PageQuery,
  call?: Call,
): Promise<Page<ListedSession>> {
  return pageOf<ListedSession>(connection, path`/users/${userId}/sessions`, { ...query }, call);
}

/** Ends a session of a user at once. 404: there is no such session, or it has ended. */
export function endUserSession(
  connection: Connection,
  userId: string,
  sessionId: string,
  call?: Call,
): Promise<void> {
  return remove(connection, path`/users/${userId}/sessions/${sessionId}`, call);
}

/**
 * Ends all sessions of a user at once. The user can sign in again; to prevent that, use `changeUser` with
 * `disabled`.
 */
export function endUserSessions(connection: Connection, userId: string, call?: Call): Promise<void> {
  return remove(connection, path`/users/${userId}/sessions`, call);
}

async function remove(connection: Connection, at: string, call: Call | undefined): Promise<void> {
  await connection.send<undefined>({
    method: 'DELETE',
    path: at,
    answer: 'nothing',
    repeat: 'safe',
    signal: call?.signal,
  });
}
