import type { Transaction } from 'kysely';
import { recordAudit } from '../db/audit.ts';
import { takeTurn } from '../db/locks.ts';
import type { Database, UserRow } from '../db/schema.ts';
import { CONFIRMATION_MS } from './email-confirmations.ts';
import { accountTurn, endSessions } from './sessions.ts';
import type { Actor } from './users.ts';

/**
 * Takes an e-mail address from an account that did not confirm it, so that whoever registers next may have it. The account
 * stays, with all that it made, but is disabled under an address that receives no mail. Gives its id; undefined when no account
 * has lost the address.
 */
export async function releaseAddress(
  trx: Transaction<Database>,
  { email, actor, now }: { readonly email: string; readonly actor: Actor; readonly now: number },
): Promise<string | undefined> {
  const found = await holderOf(trx, email);
  if (found === undefined || !mayLoseAddress(found, undefined, now)) return undefined;
  await takeTurn(trx, accountTurn(found.id));
  const user = await holderOf(trx, email);
  if (user?.id !== found.id || !mayLoseAddress(user, await lastLinkEnd(trx, user.id), now)) return undefined;
  const released = `${user.id}@released.invalid`;
  await trx
    .updateTable('users')
    .set({ email: released, disabled_at: now })
    .where('id', '=', user.id)
    .execute();
  await endSessions(trx, { userId: user.id, now });
  await trx.deleteFrom('password_resets').where('user_id', '=', user.id).execute();
  const change = { email: { from: email, to: released } };
  await recordAudit(trx, { actor, action: 'user.release_email', target: `user:${user.id}`, change, at: now });
  return user.id;
}

/**
 * Counts the confirmation mails of the account that lost the address for the one that has it now: the address gets no more mails
 * a day because it changes hands. Their links have expired.
 */
export async function keepMailBound(
  trx: Transaction<Database>,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await trx.updateTable('email_confirmations').set({ user_id: to }).where('user_id', '=', from).execute();
}

/**
 * Whether the next registration may take the account's address: nobody confirmed it, and no link that could is good any more.
 * A disabled account keeps its address, and so does one that an admin gave a role.
 */
export function mayLoseAddress(
  user: Pick<UserRow, 'created_at' | 'email_confirmed_at' | 'disabled_at' | 'role'>,
  linkEndsAt: number | undefined,
  now: number,
): boolean {
  const isOpen = user.email_confirmed_at === null && user.disabled_at === null && user.role === 'user';
  return isOpen && Math.max(user.created_at + CONFIRMATION_MS, linkEndsAt ?? 0) <= now;
}

function holderOf(trx: Transaction<Database>, email: string): Promise<UserRow | undefined> {
  return trx.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
}

/** When the account's newest confirmation link ends; undefined when none is stored any more. */
async function lastLinkEnd(trx: Transaction<Database>, userId: string): Promise<number | undefined> {
  const link = await trx
    .selectFrom('email_confirmations')
    .select('expires_at')
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return link?.expires_at;
}
