import type { Transaction } from 'kysely';
import { type Actor, recordAudit } from '../../db/audit.ts';
import { takeTurn } from '../../db/locks.ts';
import type { Database, Role, UserRow } from '../../db/schema.ts';
import { accountTurn, endSessions } from '../sessions/sessions.ts';

/** A change of an account by an admin; absent fields stay. */
export interface UserChange {
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
}

export type UserChangeOutcome =
  | { readonly kind: 'changed'; readonly user: UserRow }
  | { readonly kind: 'unknown' | 'last_admin' };

/** What a change of the admins takes turns at: two at once could each leave the other's admin as the last. */
export const ADMINS = 'admins';

/**
 * Changes an account at once, also for its existing tokens: a disabled one has no session and no reset link
 * left. Refuses to leave the marketplace without an enabled admin.
 */
export async function changeUser(
  trx: Transaction<Database>,
  { id, change, actor, at }: { id: string; change: UserChange; actor: Actor; at: number },
): Promise<UserChangeOutcome> {
  await takeTurn(trx, ADMINS);
  // Before any row of the account is locked, as all its changes do: in another order, two at once deadlock.
  await takeTurn(trx, accountTurn(id));
  const user = await trx.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  if (user === undefined) return { kind: 'unknown' };
  const role = change.role ?? user.role;
  const isDisabled = change.disabled ?? user.disabled_at !== null;
  const disabledAt = isDisabled ? (user.disabled_at ?? at) : null;
  if (isAdmin(user) && (role !== 'admin' || isDisabled) && (await isLastAdmin(trx)))
    return { kind: 'last_admin' };
  const changed = { ...user, role, disabled_at: disabledAt };
  await trx.updateTable('users').set({ role, disabled_at: disabledAt }).where('id', '=', id).execute();
  await recordChange(trx, { from: user, to: changed, actor, at });
  if (isDisabled) {
    await endSessions(trx, { userId: id, now: at });
    // A link from before must not open the account once it is enabled again.
    await trx.deleteFrom('password_resets').where('user_id', '=', id).execute();
  }
  return { kind: 'changed', user: changed };
}

function isAdmin(user: UserRow): boolean {
  return user.role === 'admin' && user.disabled_at === null;
}

async function isLastAdmin(trx: Transaction<Database>): Promise<boolean> {
  const admins = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .limit(2)
    .execute();
  return admins.length < 2;
}

async function recordChange(
  trx: Transaction<Database>,
  { from, to, actor, at }: { from: UserRow; to: UserRow; actor: Actor; at: number },
): Promise<void> {
  const target = `user:${from.id}`;
  if (from.role !== to.role) {
    const change = { role: { from: from.role, to: to.role } };
    await recordAudit(trx, { actor, action: 'user.role', target, change, at });
  }
  if (from.disabled_at !== to.disabled_at) {
    const action = to.disabled_at === null ? 'user.enable' : 'user.disable';
    await recordAudit(trx, { actor, action, target, change: { email: from.email }, at });
  }
}
