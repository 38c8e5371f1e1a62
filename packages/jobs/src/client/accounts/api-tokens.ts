import type { Call, Connection } from '../connection/connection.ts';
import { allOf, type Page, type PageQuery, pageOf } from '../connection/pages.ts';
import { path } from '../connection/request.ts';
import type { Role } from './users.ts';

// GreenVue's own routes, as those in account.ts. All of them only for admins: 403 for others.

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /**
   * What it may do now: the lower of its role and its maker's; null when it has ended, or its maker is
   * disabled or gone.
   */
  readonly effective_role: Role | null;
  /** Who made it: `user:<id>`, `token:<id>` or `cli`. */
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string;
  /** To the minute. */
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

/** The only place where the secret is ever shown: the token of a connection. */
export interface NewApiToken extends ApiToken {
  readonly secret: string;
}

export interface MakeToken {
  readonly name: string;
  readonly role: Role;
  /** RFC 3339, at most two years ahead; in 90 days if left out. Never later than the token that makes it. */
  readonly expires_at?: string | undefined;
}

/** Makes an API token. Never repeated: it might make two, of which one would be known to nobody. */
export async function makeToken(connection: Connection, body: MakeToken, call?: Call): Promise<NewApiToken> {
  const answer = await connection.send<NewApiToken>({
    method: 'POST',
    path: '/tokens',
    body,
    repeat: 'never',
    signal: call?.signal,
  });
  return answer.body;
}

/** A page of the API tokens, newest first, those that are expired or revoked too. */
export async function listTokens(
  connection: Connection,
  query?: PageQuery,
  call?: Call,
): Promise<Page<ApiToken>> {
  return pageOf<ApiToken>(connection, '/tokens', { ...query }, call);
}

/** All API tokens, newest first, page by page. */
export function eachToken(
  connection: Connection,
  query: PageQuery = {},
  call?: Call,
): AsyncGenerator<ApiToken, void, undefined> {
  return allOf((page: PageQuery) => listTokens(connection, page, call), query);
}

/**
 * Revokes an API token and those made with it, at once; once more changes nothing. 404: there is no such
 * token.
 */
export async function revokeToken(connection: Connection, tokenId: string, call?: Call): Promise<void> {
  await connection.send<undefined>({
    method: 'DELETE',
    path: path`/tokens/${tokenId}`,
    answer: 'nothing',
    repeat: 'safe',
    signal: call?.signal,
  });
}
