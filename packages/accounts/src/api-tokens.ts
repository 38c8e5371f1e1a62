import {
  allOf,
  type Call,
  type Connection,
  type Page,
  type PageQuery,
  path,
  type Rows,
} from '@greenvue/jobs/client';
import type { Role } from './users.ts';

// Routes as in account.ts. For admins, and for signed-in operators, who have only their own tokens.

/** Limits on the jobs that a token may make or change. A field that is left out sets no limit. */
export interface JobPolicy {
  /** A Go duration, such as `5m`: the least time between two slots of a job. */
  readonly min_interval?: string;
  /** How many jobs that it made may exist at a time. */
  readonly max_jobs?: number;
  /** The job types whose jobs it may make, change, run and delete. */
  readonly types?: readonly string[];
  /** Each of its jobs has at least one of these tags, and no others. */
  readonly tags?: readonly string[];
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /**
   * What the token may do now: the lower of its role and its creator's. null: it is expired or revoked, or
   * its creator is disabled, deleted or must change the password.
   */
  readonly effective_role: Role | null;
  /** Limits on the jobs that it may make or change; null: none. */
  readonly policy: JobPolicy | null;
  /** Who created it: `user:<id>`, `token:<id>` or `cli`. */
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string;
  /** Accurate to the minute. */
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

/** A new API token with its secret, which no other response contains: the `token` for a connection. */
export interface NewApiToken extends ApiToken {
  readonly secret: string;
}

export interface MakeToken {
  readonly name: string;
  readonly role: Role;
  readonly policy?: JobPolicy | undefined;
  /** RFC 3339, at most two years ahead; default 90 days. Not later than the token that creates it. */
  readonly expires_at?: string | undefined;
}

/** Creates an API token. Never retried: a second try could create a second token that no client knows. */
export async function makeToken(connection: Connection, body: MakeToken, call?: Call): Promise<NewApiToken> {
  return connection.ask({ method: 'POST', path: '/tokens', body, repeat: 'never' }, call);
}

export interface TokensQuery extends PageQuery {
  /** True: only the tokens that belong to your account. */
  readonly mine?: boolean;
}

/** A page of the API tokens, newest first, including expired and revoked tokens. */
export async function listTokens(
  connection: Connection,
  { mine, ...page }: TokensQuery = {},
  call?: Call,
): Promise<Page<ApiToken>> {
  const query = { ...page, ...(mine === true ? { mine: 'true' } : {}) };
  return connection.ask({ path: '/tokens', query, answer: 'list' }, call);
}

/** All API tokens, newest first, page by page. */
export function eachToken(connection: Connection, query: TokensQuery = {}, call?: Call): Rows<ApiToken> {
  return allOf((page: TokensQuery) => listTokens(connection, page, call), query);
}

/**
 * Revokes an API token and all tokens that were created with it, at once. Idempotent. 404: there is no such
 * token.
 */
export async function revokeToken(connection: Connection, tokenId: string, call?: Call): Promise<void> {
  return connection.ask({ method: 'DELETE', path: path`/tokens/${tokenId}` }, call);
}
