import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Actor, recordAudit } from '../../db/audit.ts';
import { takeTurn } from '../../db/locks.ts';
import type { Database, UserRow } from '../../db/schema.ts';
import type { SecretStore } from '../secrets/secrets.ts';
import { accountTurn, endSessions } from '../sessions/sessions.ts';
import { forgetFirstPassword } from './first-password.ts';
import type { PasswordHasher } from './passwords.ts';

export interface PasswordChange {
  readonly userId: string;
  /** The session that continues. */
  readonly sessionId: string | undefined;
  readonly current: string;
  readonly next: string;
}

/**
 * `wrong`: the current password is another. `same`: the new one is the current one. `raced`: the account
 * changed meanwhile.
 */
export type PasswordChangeOutcome = 'changed' | 'wrong' | 'same' | 'raced';

/** How people change the password that they know. */
export interface PasswordChanges {
  /** Ends the user's other sessions and reset links, and deletes the stored first password of the admin. */
  change(change: PasswordChange): Promise<PasswordChangeOutcome>;
}

export interface PasswordChangesDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly secrets: SecretStore;
}

export function createPasswordChanges(deps: PasswordChangesDeps): PasswordChanges {
  const { database, clock, hasher } = deps;
  return {
    change: async ({ userId, sessionId, current, next }) => {
      const user = await database.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst();
      const isRight = await hasher.verify(current, user?.password_hash);
      if (user === undefined || !isRight) return 'wrong';
      if (await hasher.verify(next, user.password_hash)) return 'same';
      const hash = await hasher.hash(next);
      const actor = { id: `user:${user.id}`, name: user.email };
      const isSet = await database.transaction().execute((trx) =>
        setPassword(trx, {
          user,
          hash,
          actor,
          action: 'user.password',
          except: sessionId,
          at: clock.now(),
        }),
      );
      if (!isSet) return 'raced';
      await forgetFirstPassword(deps, user.password_hash);
      return 'changed';
    },
  };
}

export interface NewPassword {
  /** As it was when the new password was allowed. */
  readonly user: UserRow;
  readonly hash: string;
  readonly actor: Actor;
  readonly action: string;
  /** The session that continues, if any. */
  readonly except?: string | undefined;
  readonly at: number;
}

/**
 * Sets a password, and ends what the old one gave. False when the account was changed since `user` was read.
 */
export async function setPassword(
  trx: Transaction<Database>,
  { user, hash, actor, action, except, at }: NewPassword,
): Promise<boolean> {
  await takeTurn(trx, accountTurn(user.id));
  const { numUpdatedRows } = await trx
    .updateTable('users')
    .set({ password_hash: hash, must_change_password: 0 })
    .where('id', '=', user.id)
    .where('password_hash', '=', user.password_hash)
    .where('disabled_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return false;
  const ended = await endSessions(trx, { userId: user.id, except, now: at });
  await trx.deleteFrom('password_resets').where('user_id', '=', user.id).execute();
  const change = { email: user.email, ended_sessions: ended };
  await recordAudit(trx, { actor, action, target: `user:${user.id}`, change, at });
  return true;
}
