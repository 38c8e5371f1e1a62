import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Actor, recordAudit } from '../../db/audit.ts';
import { takeTurn } from '../../db/locks.ts';
import type { Database, UserRow } from '../../db/schema.ts';
import { hashSecret, makeSecret, type SecretStore } from '../secrets/secrets.ts';
import { accountTurn } from '../sessions/sessions.ts';
import { forgetFirstPassword } from './first-password.ts';
import { setPassword } from './password-changes.ts';
import type { PasswordHasher } from './passwords.ts';

/** A link that sets a new password, once. */
export interface ResetLink {
  readonly link: string;
  readonly expiresAt: number;
}

/**
 * `invalid`: the link is unknown, used or expired, or the account is disabled. `same`: it is the password to
 * be changed.
 */
export type ResetOutcome = 'changed' | 'invalid' | 'same';

/** How people who don't know their password set a new one. */
export interface PasswordResets {
  /**
   * A link for the account of that e-mail. Undefined when there is no such account, it is disabled, its
   * address is not confirmed, or enough links of it are valid.
   */
  ask(request: { readonly email: string; readonly address: string }): Promise<Granted | undefined>;
  /**
   * A link for a user, given by an admin; undefined when there is no such user, or the account is disabled.
   * `mayGive` is called first, with the account as no other change can alter it meanwhile, and throws to
   * refuse.
   */
  give(request: {
    readonly userId: string;
    readonly actor: Actor;
    readonly mayGive: (user: UserRow) => void;
  }): Promise<Granted | undefined>;
  /** Ends all sessions and links of the account. */
  confirm(reset: { readonly token: string; readonly next: string }): Promise<ResetOutcome>;
}

export interface Granted extends ResetLink {
  readonly user: UserRow;
}

export interface PasswordResetsDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly secrets: SecretStore;
  /** The URL of the console, from the configuration: never from a header of the request. */
  readonly publicUrl: string;
}

export const RESET_MS = 30 * 60_000;
/**
 * Of one account at a time. Only valid links count: when a stranger's requests use the bound up, the owner
 * has a valid link in the mailbox. It keeps a stranger to six mails an hour.
 */
const MOST_VALID = 3;

export function createPasswordResets(deps: PasswordResetsDeps): PasswordResets {
  const { database, clock, publicUrl } = deps;
  const grant = async (user: UserRow, rules: Pick<Grant, 'record' | 'most' | 'mayGive'>) => {
    const token = makeSecret('gvp_');
    const now = clock.now();
    const isGiven = await database.transaction().execute((trx) => keep(trx, { user, token, now, ...rules }));
    if (!isGiven) return undefined;
    return { user, link: `${publicUrl}/console/reset-password#${token}`, expiresAt: now + RESET_MS };
  };
  const find = (column: 'email' | 'id', value: string) =>
    database
      .selectFrom('users')
      .selectAll()
      .where(column, '=', value)
      .where('disabled_at', 'is', null)
      .executeTakeFirst();
  return {
    ask: async ({ email, address }) => {
      const user = await find('email', email);
      const actor = { id: 'anonymous', name: address };
      // Nothing but the confirmation mail goes to an address before it is confirmed.
      if (user === undefined || user.email_confirmed_at === null) return undefined;
      return grant(user, { record: { actor, action: 'user.password_reset_ask' }, most: MOST_VALID });
    },
    give: async ({ userId, actor, mayGive }) => {
      const user = await find('id', userId);
      return user && grant(user, { record: { actor, action: 'user.password_reset_link' }, mayGive });
    },
    confirm: (reset) => confirm(deps, reset),
  };
}

interface Grant {
  readonly user: UserRow;
  readonly token: string;
  readonly now: number;
  /** Valid links of the account, this one included; undefined for no bound. */
  readonly most?: number;
  readonly mayGive?: (user: UserRow) => void;
  readonly record: { readonly actor: Actor; readonly action: string };
}

async function keep(
  trx: Transaction<Database>,
  { user, token, now, most = Number.POSITIVE_INFINITY, mayGive, record }: Grant,
): Promise<boolean> {
  await takeTurn(trx, accountTurn(user.id));
  // An admin may have changed the account since it was read.
  const current = await trx
    .selectFrom('users')
    .selectAll()
    .where('id', '=', user.id)
    .where('email', '=', user.email)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (current === undefined) return false;
  mayGive?.(current);
  await trx.deleteFrom('password_resets').where('expires_at', '<=', now).execute();
  const links = await trx
    .selectFrom('password_resets')
    .select('created_at')
    .where('user_id', '=', user.id)
    .execute();
  if (links.length >= most) return false;
  await trx
    .insertInto('password_resets')
    .values({
      token_hash: hashSecret(token),
      user_id: user.id,
      created_at: now,
      expires_at: now + RESET_MS,
    })
    .execute();
  const change = { email: user.email, expires_at: new Date(now + RESET_MS).toISOString() };
  await recordAudit(trx, { ...record, target: `user:${user.id}`, change, at: now });
  return true;
}

async function confirm(
  deps: PasswordResetsDeps,
  { token, next }: { readonly token: string; readonly next: string },
): Promise<ResetOutcome> {
  const { database, clock, hasher } = deps;
  const tokenHash = hashSecret(token);
  const user = await userOf(deps, tokenHash);
  // Before the password is hashed: strangers with made-up tokens cost little.
  if (user === undefined) return 'invalid';
  const isForced = user.must_change_password === 1;
  if (isForced && (await hasher.verify(next, user.password_hash))) return 'same';
  const hash = await hasher.hash(next);
  const actor = { id: `user:${user.id}`, name: user.email };
  const isSet = await database.transaction().execute(async (trx) => {
    await takeTurn(trx, accountTurn(user.id));
    const used = await trx
      .deleteFrom('password_resets')
      .where('token_hash', '=', tokenHash)
      .executeTakeFirstOrThrow();
    if (used.numDeletedRows === 0n) return false;
    return setPassword(trx, { user, hash, actor, action: 'user.password_reset', at: clock.now() });
  });
  if (!isSet) return 'invalid';
  await forgetFirstPassword(deps, user.password_hash);
  return 'changed';
}

function userOf({ database, clock }: PasswordResetsDeps, tokenHash: string): Promise<UserRow | undefined> {
  return database
    .selectFrom('password_resets')
    .innerJoin('users', 'users.id', 'password_resets.user_id')
    .selectAll('users')
    .where('password_resets.token_hash', '=', tokenHash)
    .where('password_resets.expires_at', '>', clock.now())
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
}
