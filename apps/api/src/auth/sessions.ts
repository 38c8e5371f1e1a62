import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { newId } from '../db/ids.ts';
import { passingOverLocked, takeTurn } from '../db/locks.ts';
import type { Database } from '../db/schema.ts';
import { deriveSecret, hashSecret, makeSecret } from './secrets.ts';

/** How long a login lasts without being refreshed. */
export const REFRESH_TOKEN_MS = 30 * 86_400_000;

/**
 * So long after its use a refresh token gives the same successor again. The answer to its use may have been lost, with a
 * page that was reloaded or a network that broke, and whoever asks again is no thief. There is still one family with one newest
 * token: once the successor has been used, or the time is over, a token that comes again is taken for a stolen one. A thief who keeps
 * in step with the owner is not seen until one of them comes later than that. The clocks of nodes have to agree to within a few
 * seconds, as for all tokens.
 */
export const REFRESH_LEEWAY_MS = 10_000;

/** What a refresh gave: a new token, or `refused`, with the whole family revoked when the token had been used before. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly userId: string; readonly refreshToken: string }
  | { readonly kind: 'refused' };

/** Logins that last: refresh tokens, each good for one use, hashed at rest (RFC 9700, section 4.14). */
export interface Sessions {
  /** Begins a family of tokens and gives its first one. */
  begin(userId: string): Promise<string>;
  /**
   * Uses a token up and gives the next. A token that comes twice was stolen, or its successor was: its family is revoked, but
   * for {@link REFRESH_LEEWAY_MS}.
   */
  refresh(token: string): Promise<RefreshOutcome>;
  /** Revokes the token's family; an unknown one is fine. */
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
    begin: (userId) =>
      database.transaction().execute(async (trx) => {
        await forgetExpired(trx, clock.now());
        const token = makeSecret('gvr_');
        await keep(trx, { token, userId, family: newId(), now: clock.now() });
        return token;
      }),
    refresh: (token) => {
      const successor = deriveSecret('gvr_', { secret, from: `the successor of ${token}` });
      return database.transaction().execute((trx) => refresh(trx, { token, successor, now: clock.now() }));
    },
    end: (token) =>
      database.transaction().execute(async (trx) => {
        const known = await findInTurn(trx, token);
        if (known) await revokeFamily(trx, known.family, clock.now());
      }),
  };
}

interface Refresh {
  readonly token: string;
  readonly successor: string;
  readonly now: number;
}

async function refresh(trx: Transaction<Database>, asked: Refresh): Promise<RefreshOutcome> {
  const { token, successor, now } = asked;
  const known = await findInTurn(trx, token);
  if (!known || known.expires_at <= now || known.revoked_at !== null) return { kind: 'refused' };
  if (known.used_at === null) {
    await trx.updateTable('refresh_tokens').set({ used_at: now }).where('id', '=', known.id).execute();
    await keep(trx, { token: successor, userId: known.user_id, family: known.family, now });
  } else if (!(await isLostAnswer(trx, known.used_at, asked))) {
    await revokeFamily(trx, known.family, now);
    return { kind: 'refused' };
  }
  return { kind: 'refreshed', userId: known.user_id, refreshToken: successor };
}

/** Whether the successor may not have arrived: it was given just now, by clocks that differ little, and has not been used. */
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
  readonly now: number;
}

async function keep(trx: Transaction<Database>, { token, userId, family, now }: NewToken): Promise<void> {
  await trx
    .insertInto('refresh_tokens')
    .values({
      id: newId(),
      user_id: userId,
      family,
      token_hash: hashSecret(token),
      expires_at: now + REFRESH_TOKEN_MS,
      created_at: now,
    })
    .execute();
}

/** The token as it stands when nobody else changes its family: no new one of it escapes being revoked with the others. */
async function findInTurn(trx: Transaction<Database>, token: string) {
  const known = await find(trx, token);
  if (known === undefined) return undefined;
  await takeTurn(trx, `family ${known.family}`);
  return find(trx, token);
}

function find(trx: Transaction<Database>, token: string) {
  return trx
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .executeTakeFirst();
}

async function revokeFamily(trx: Transaction<Database>, family: string, now: number): Promise<void> {
  await trx
    .updateTable('refresh_tokens')
    .set({ revoked_at: now })
    .where('family', '=', family)
    .where('revoked_at', 'is', null)
    .execute();
}

const FORGOTTEN_AT_ONCE = 100;

/** Each login sweeps up a few, so the table stays as large as the logins of a month. */
async function forgetExpired(trx: Transaction<Database>, now: number): Promise<void> {
  const expired = trx
    .selectFrom('refresh_tokens')
    .select('id')
    .where('expires_at', '<=', now)
    .limit(FORGOTTEN_AT_ONCE);
  await trx
    .with('expired', () => passingOverLocked(trx, expired, 'refresh_tokens'))
    .deleteFrom('refresh_tokens')
    .where('id', 'in', (eb) => eb.selectFrom('expired').select('expired.id'))
    .execute();
}
