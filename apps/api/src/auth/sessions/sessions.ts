import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../clock.ts';
import { newId } from '../../db/ids.ts';
import { passingOverLocked, takeTurn } from '../../db/locks.ts';
import type { Database, UserRow } from '../../db/schema.ts';
import { deriveSecret, hashSecret, makeSecret } from '../secrets/secrets.ts';

/** Lifetime of a session without a refresh. */
export const REFRESH_TOKEN_MS = 30 * 86_400_000;
/** A session ends this long after its sign-in, however often it is refreshed. */
export const LONGEST_SESSION_MS = 90 * 86_400_000;

/** Limit of sessions of an account: a further sign-in ends the least recently used one. */
export const MOST_SESSIONS = 50;

/**
 * A refresh token that is used again within this time returns the same successor: the first response may have
 * been lost. After that, or once the successor was used, a repeated token counts as stolen. All nodes' clocks
 * must agree to within a few seconds, as for all tokens.
 */
export const REFRESH_LEEWAY_MS = 10_000;

/**
 * What a refresh gave: a new token, or none. `reused`: the token had been used before, and its whole family
 * is revoked.
 */
export type RefreshOutcome =
  | (SessionTokens & { readonly kind: 'refreshed'; readonly userId: string })
  | { readonly kind: 'reused'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'refused' };

/** Where a login comes from, for its owner to recognize it. */
export interface SessionOrigin {
  readonly address: string;
  readonly userAgent: string | undefined;
}

export interface SessionTokens {
  readonly sessionId: string;
  readonly refreshToken: string;
}

/** Logins that last: refresh tokens, each good for one use, hashed at rest (RFC 9700, section 4.14). */
export interface Sessions {
  /**
   * Begins a session with the first token of a family, and ends the least recently used ones beyond {@link
   * MOST_SESSIONS}. Undefined when the account was disabled, or its password changed, since `user` was read.
   */
  begin(user: UserRow, origin: SessionOrigin): Promise<SessionTokens | undefined>;
  /**
   * Uses a token up and returns the next one. A token that is sent twice counts as stolen: its family is
   * revoked, except within {@link REFRESH_LEEWAY_MS}.
   */
  refresh(token: string, origin: SessionOrigin): Promise<RefreshOutcome>;
  /** Ends the token's session, with its access tokens; an unknown token is fine. */
  end(token: string): Promise<void>;
}

export interface SessionsDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
  /** Successors are derived with it, so that one can be given twice although only its hash is stored. */
  readonly secret: string;
}

export function createSessions({ database, clock, secret }: SessionsDeps): Sessions {
  return {
    begin: (user, origin) =>
      database.transaction().execute(async (trx) => {
        if (!(await isUnchanged(trx, user))) return undefined;
        await forgetExpired(trx, clock.now());
        await makeRoom(trx, user.id, clock.now());
        const token = makeSecret('gvr_');
        const family = newId();
        const now = clock.now();
        await keep(trx, { token, userId: user.id, family, origin, now, signedInAt: now });
        return { sessionId: family, refreshToken: token };
      }),
    refresh: (token, origin) => {
      const successor = deriveSecret('gvr_', { secret, from: `the successor of ${token}` });
      return database
        .transaction()
        .execute((trx) => refresh(trx, { token, successor, origin, now: clock.now() }));
    },
    end: (token) =>
      database.transaction().execute(async (trx) => {
        const known = await findInTurn(trx, token);
        if (known) await endSessions(trx, { userId: known.user_id, only: known.family, now: clock.now() });
      }),
  };
}

/** The lock of changes of an account's sessions: one lock, however many sessions there are. */
export function accountTurn(userId: string): string {
  return `account ${userId}`;
}

export interface SessionsToEnd {
  readonly userId: string;
  readonly only?: string;
  /** This session continues. */
  readonly except?: string | undefined;
  readonly now: number;
}

/**
 * Ends sessions of a user within a transaction, and returns their number: their refresh tokens and access
 * tokens are refused from now on. A session that begins or is refreshed at the same time ends as well.
 */
export async function endSessions(
  trx: Transaction<Database>,
  { userId, only, except = '', now }: SessionsToEnd,
): Promise<number> {
  await takeTurn(trx, accountTurn(userId));
  const sessions = trx.deleteFrom('sessions').where('user_id', '=', userId);
  // By their user: sessions that a node of an older version began have tokens and no row.
  const tokens = trx
    .updateTable('refresh_tokens')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null);
  const [ended, revoked] =
    only === undefined
      ? [sessions.where('id', '<>', except), tokens.where('family', '<>', except)]
      : [sessions.where('id', '=', only), tokens.where('family', '=', only)];
  const { numDeletedRows } = await ended.executeTakeFirstOrThrow();
  await revoked.execute();
  return Number(numDeletedRows);
}

/** Ends the least recently used sessions, so that one more keeps to {@link MOST_SESSIONS}. */
async function makeRoom(trx: Transaction<Database>, userId: string, now: number): Promise<void> {
  const own = trx.selectFrom('sessions').where('user_id', '=', userId);
  const first = await own
    .select(['last_used_at', 'id'])
    .orderBy('last_used_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(MOST_SESSIONS - 1)
    .executeTakeFirst();
  if (first === undefined) return;
  const surplus = own
    .select('id')
    .where((eb) => eb(eb.refTuple('last_used_at', 'id'), '<=', eb.tuple(first.last_used_at, first.id)));
  await trx
    .updateTable('refresh_tokens')
    .set({ revoked_at: now })
    .where('family', 'in', surplus)
    .where('revoked_at', 'is', null)
    .execute();
  await trx.deleteFrom('sessions').where('id', 'in', surplus).execute();
}

async function isUnchanged(trx: Transaction<Database>, user: UserRow): Promise<boolean> {
  await takeTurn(trx, accountTurn(user.id));
  const current = await trx
    .selectFrom('users')
    .select(['password_hash', 'disabled_at'])
    .where('id', '=', user.id)
    .executeTakeFirst();
  return current?.password_hash === user.password_hash && current.disabled_at === null;
}

interface Refresh {
  readonly token: string;
  readonly successor: string;
  readonly origin: SessionOrigin;
  readonly now: number;
}

async function refresh(trx: Transaction<Database>, asked: Refresh): Promise<RefreshOutcome> {
  const { token, successor, origin, now } = asked;
  const known = await findInTurn(trx, token);
  if (!known || known.expires_at <= now || known.revoked_at !== null) return { kind: 'refused' };
  if (known.used_at === null) {
    const { user_id: userId, family } = known;
    const signedInAt = (await signInTime(trx, family)) ?? now;
    if (now >= signedInAt + LONGEST_SESSION_MS) return { kind: 'refused' };
    await trx.updateTable('refresh_tokens').set({ used_at: now }).where('id', '=', known.id).execute();
    await keep(trx, { token: successor, userId, family, origin, now, signedInAt });
  } else if (!(await isLostAnswer(trx, known.used_at, asked))) {
    await endSessions(trx, { userId: known.user_id, only: known.family, now });
    return { kind: 'reused', userId: known.user_id, sessionId: known.family };
  }
  return { kind: 'refreshed', userId: known.user_id, sessionId: known.family, refreshToken: successor };
}

/**
 * Whether the successor may not have arrived: it was given just now, by clocks that differ little, and has
 * not been used.
 */
async function isLostAnswer(
  trx: Transaction<Database>,
  usedAt: number,
  { successor, now }: Refresh,
): Promise<boolean> {
  if (Math.abs(now - usedAt) >= REFRESH_LEEWAY_MS) return false;
  return (await find(trx, successor))?.used_at === null;
}

interface NewToken {
  readonly token: string;
  readonly userId: string;
  readonly family: string;
  readonly origin: SessionOrigin;
  readonly now: number;
  readonly signedInAt: number;
}

async function keep(trx: Transaction<Database>, created: NewToken): Promise<void> {
  const { token, userId, family, origin, now, signedInAt } = created;
  const expiresAt = Math.min(now + REFRESH_TOKEN_MS, signedInAt + LONGEST_SESSION_MS);
  const lasting = {
    address: origin.address,
    user_agent: origin.userAgent ?? null,
    last_used_at: now,
    expires_at: expiresAt,
  };
  // A node of an older version begins sessions without this row.
  await trx
    .insertInto('sessions')
    .values({ id: family, user_id: userId, created_at: now, ...lasting })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(lasting))
    .execute();
  await trx.updateTable('users').set({ last_seen_at: now }).where('id', '=', userId).execute();
  await trx
    .insertInto('refresh_tokens')
    .values({
      id: newId(),
      user_id: userId,
      family,
      token_hash: hashSecret(token),
      expires_at: expiresAt,
      created_at: now,
    })
    .execute();
}

/** When the session began; undefined for a session of an older version. */
async function signInTime(trx: Transaction<Database>, family: string): Promise<number | undefined> {
  const session = await trx
    .selectFrom('sessions')
    .select('created_at')
    .where('id', '=', family)
    .executeTakeFirst();
  return session?.created_at;
}

/** The token, read while nothing else changes the account's sessions. */
async function findInTurn(trx: Transaction<Database>, token: string) {
  const known = await find(trx, token);
  if (known === undefined) return undefined;
  await takeTurn(trx, accountTurn(known.user_id));
  return find(trx, token);
}

function find(trx: Transaction<Database>, token: string) {
  return trx
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .executeTakeFirst();
}

const FORGOTTEN_AT_ONCE = 100;

/** Each login sweeps up a few, so the tables stay as large as the logins of a month. */
async function forgetExpired(trx: Transaction<Database>, now: number): Promise<void> {
  for (const table of ['refresh_tokens', 'sessions'] as const) {
    const expired = trx
      .selectFrom(table)
      .select('id')
      .where('expires_at', '<=', now)
      .limit(FORGOTTEN_AT_ONCE);
    await trx
      .with('expired', () => passingOverLocked(trx, expired, table))
      .deleteFrom(table)
      .where('id', 'in', (eb) => eb.selectFrom('expired').select('expired.id'))
      .execute();
  }
}
