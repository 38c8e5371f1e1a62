import { sql, type Transaction } from 'kysely';
import { expect, test } from 'vitest';
import { takeTurn } from '../../db/locks.ts';
import type { Database, UserRow } from '../../db/schema.ts';
import { createTestApp, databaseEnv, PASSWORD } from '../../testing/test-app.ts';
import { hashSecret } from '../secrets/secrets.ts';
import { accountTurn } from '../sessions/sessions.ts';
import { changeUser, type UserChange } from './user-changes.ts';

const NEXT = 'another horse battery';

async function begin() {
  const { deps, time, signUp } = await createTestApp(await databaseEnv('postgres'));
  const { user } = await signUp('ann@example.com');
  const actor = { id: 'test', name: 'test' };
  return {
    disable: (disabled = true) => deps.users.change(user.id, { disabled }, actor),
    give: (mayGive: (user: UserRow) => void = () => undefined) =>
      deps.passwordResets.give({ userId: user.id, actor, mayGive }),
    reset: (link: string) =>
      deps.passwordResets.confirm({ token: link.split('#')[1] ?? '', next: `${NEXT} 2` }),
    changePassword: () =>
      deps.passwordChanges.change({ userId: user.id, sessionId: undefined, current: PASSWORD, next: NEXT }),
    confirmEmail: (token: string) => deps.emailConfirmations.confirm(token),
    /** Stores a link that confirms the address. */
    keepConfirmation: (token: string) =>
      deps.database
        .insertInto('email_confirmations')
        .values({
          token_hash: hashSecret(token),
          user_id: user.id,
          created_at: time.now,
          expires_at: time.now + 1,
        })
        .execute(),
    /** Changes the account in the transaction that {@link atOnce} holds its turn in. */
    changeIn: (change: UserChange) => (trx: Transaction<Database>) =>
      changeUser(trx, { id: user.id, change, actor, at: time.now }),
    /**
     * Starts all while the account's turn is taken, and lets them go on once all wait for it, and `before`
     * has ended.
     */
    atOnce: async (
      changes: readonly (() => Promise<unknown>)[],
      before?: (trx: Transaction<Database>) => Promise<unknown>,
    ) => {
      const turn = accountTurn(user.id);
      const waiting = sql<{ n: number }>`SELECT count(*)::int AS n FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted AND objid = hashtext(${turn})::oid`;
      let ends: Promise<unknown>[] = [];
      await deps.database.transaction().execute(async (trx) => {
        await takeTurn(trx, turn);
        ends = changes.map((change) => change());
        const count = async () => (await waiting.execute(trx)).rows[0]?.n;
        await expect.poll(count).toBe(changes.length);
        await before?.(trx);
      });
      return Promise.allSettled(ends);
    },
  };
}

test('on PostgreSQL, changes of an account at the same time make no deadlock', async () => {
  for (let round = 0; round < 3; round += 1) {
    const account = await begin();
    const disable = () => account.disable();
    const atOnce = async (...changes: readonly (() => Promise<unknown>)[]) => {
      for (const end of await account.atOnce(changes)) expect(end).toMatchObject({ status: 'fulfilled' });
      await account.disable(false);
    };
    await account.keepConfirmation('one');
    await account.keepConfirmation('two');
    await atOnce(
      () => account.confirmEmail('one'),
      () => account.confirmEmail('two'),
      disable,
    );
    await atOnce(account.changePassword, disable);
    const link = (await account.give())?.link ?? '';
    await atOnce(() => account.reset(link), disable);
  }
});

test('on PostgreSQL, an account that is disabled while it is given a link has none', async () => {
  const { atOnce, changeIn, give } = await begin();
  const [given] = await atOnce([() => give()], changeIn({ disabled: true }));
  expect(given).toEqual({ status: 'fulfilled', value: undefined });
});

test('on PostgreSQL, an account that becomes an admin while it is given a link is looked at again', async () => {
  const { atOnce, changeIn, give } = await begin();
  const mayGive = ({ role }: UserRow) => {
    if (role === 'admin') throw new Error('refused');
  };
  const [given] = await atOnce([() => give(mayGive)], changeIn({ role: 'admin' }));
  expect(given).toMatchObject({ status: 'rejected', reason: new Error('refused') });
});

test('on PostgreSQL, an account that is disabled while its password is changed keeps the old one', async () => {
  const { atOnce, changeIn, changePassword } = await begin();
  const [changed] = await atOnce([changePassword], changeIn({ disabled: true }));
  expect(changed).toEqual({ status: 'fulfilled', value: 'raced' });
});
