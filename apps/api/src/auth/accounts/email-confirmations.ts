import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../clock.ts';
import { recordAudit } from '../../db/audit.ts';
import { takeTurn } from '../../db/locks.ts';
import { queueNotification, releaseAwaitingConfirmation } from '../../db/outbox.ts';
import type { Database, UserRow } from '../../db/schema.ts';
import { hashSecret, makeSecret } from '../secrets/secrets.ts';
import { accountTurn } from '../sessions/sessions.ts';

/** The only mail that is sent to an address before it is confirmed. */
export interface ConfirmationMail {
  /** Rejects when the mail server did not take it, or does not answer soon after `signal` fires. */
  send(address: string, token: string, signal: AbortSignal): Promise<void>;
}

export type ConfirmationRequest =
  | { readonly kind: 'sending' | 'confirmed' }
  | { readonly kind: 'too_many'; readonly waitSeconds: number };

/** Proves that the owner of an account receives the mail to its address. */
export interface EmailConfirmations {
  /**
   * Sends a token to the account's address, unless it is confirmed or got too many. Does not wait for the
   * mail server.
   */
  request(user: UserRow): Promise<ConfirmationRequest>;
  /**
   * Uses a token up, and makes the messages that waited for the address due. False for an unknown, used or
   * expired token.
   */
  confirm(token: string): Promise<boolean>;
  /** Waits for mails in progress. */
  close(): Promise<void>;
}

export interface EmailConfirmationsDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
  readonly mail: ConfirmationMail;
  readonly logger: { warn(fields: object, message: string): void };
}

/** Lifetime of a token. */
export const CONFIRMATION_MS = 3_600_000;
export const CONFIRMATIONS_A_DAY = 5;
const BETWEEN_MS = 60_000;
const DAY_MS = 86_400_000;
const FORGOTTEN_AT_ONCE = 100;

export function createEmailConfirmations(deps: EmailConfirmationsDeps): EmailConfirmations {
  const { database, clock, mail, logger } = deps;
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();
  const send = (user: UserRow, token: string): void => {
    const sent = mail
      .send(user.email, token, closing.signal)
      .catch((error: unknown) =>
        logger.warn({ err: error, user: user.id }, 'could not send a confirmation mail'),
      )
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  };
  return {
    request: async (user) => {
      const token = makeSecret('gvc_');
      const outcome = await database
        .transaction()
        .execute((trx) => keep(trx, { user, token, now: clock.now() }));
      if (outcome.kind === 'sending') send(user, token);
      return outcome;
    },
    confirm: (token) => database.transaction().execute((trx) => confirm(trx, token, clock.now())),
    close: async () => {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

async function keep(
  trx: Transaction<Database>,
  { user, token, now }: { readonly user: UserRow; readonly token: string; readonly now: number },
): Promise<ConfirmationRequest> {
  await takeTurn(trx, accountTurn(user.id));
  const current = await trx
    .selectFrom('users')
    .select('email_confirmed_at')
    .where('id', '=', user.id)
    .executeTakeFirst();
  if (current?.email_confirmed_at !== null) return { kind: 'confirmed' };
  await forgetOld(trx, now);
  const earlier = await trx
    .selectFrom('email_confirmations')
    .select('created_at')
    .where('user_id', '=', user.id)
    .where('created_at', '>', now - DAY_MS)
    .orderBy('created_at', 'desc')
    .execute();
  const readyAt = nextAt(earlier.map(({ created_at }) => created_at));
  if (readyAt > now) return { kind: 'too_many', waitSeconds: Math.ceil((readyAt - now) / 1000) };
  await trx
    .insertInto('email_confirmations')
    .values({
      token_hash: hashSecret(token),
      user_id: user.id,
      created_at: now,
      expires_at: now + CONFIRMATION_MS,
    })
    .execute();
  return { kind: 'sending' };
}

/** When the next mail may be sent, given the times of the last day's mails, newest first. */
function nextAt([newest, ...older]: readonly number[]): number {
  if (newest === undefined) return 0;
  const oldest = older.at(CONFIRMATIONS_A_DAY - 2);
  return Math.max(newest + BETWEEN_MS, oldest === undefined ? 0 : oldest + DAY_MS);
}

async function forgetOld(trx: Transaction<Database>, now: number): Promise<void> {
  const old = await trx
    .selectFrom('email_confirmations')
    .select('token_hash')
    .where('created_at', '<=', now - DAY_MS)
    .limit(FORGOTTEN_AT_ONCE)
    .execute();
  if (old.length === 0) return;
  const hashes = old.map(({ token_hash }) => token_hash);
  await trx.deleteFrom('email_confirmations').where('token_hash', 'in', hashes).execute();
}

async function confirm(trx: Transaction<Database>, token: string, now: number): Promise<boolean> {
  const tokenHash = hashSecret(token);
  const found = await trx
    .selectFrom('email_confirmations')
    .select('user_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (found === undefined) return false;
  const userId = found.user_id;
  await takeTurn(trx, accountTurn(userId));
  const used = await trx
    .deleteFrom('email_confirmations')
    .where('token_hash', '=', tokenHash)
    .executeTakeFirstOrThrow();
  if (used.numDeletedRows === 0n) return false;
  const user = await trx
    .updateTable('users')
    .set({ email_confirmed_at: now })
    .where('id', '=', userId)
    .where('email_confirmed_at', 'is', null)
    .returning('email')
    .executeTakeFirst();
  await trx.deleteFrom('email_confirmations').where('user_id', '=', userId).execute();
  if (user === undefined) return true;
  await releaseAwaitingConfirmation(trx, { userId, now });
  const { email } = user;
  await queueNotification(trx, { userId, email, template: 'welcome', data: {}, dueAt: now, now });
  const actor = { id: `user:${userId}`, name: email };
  await recordAudit(trx, {
    actor,
    action: 'user.confirm_email',
    target: actor.id,
    change: { email },
    at: now,
  });
  return true;
}
