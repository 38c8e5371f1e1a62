import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { SecretStore } from '../secrets/secrets.ts';
import type { PasswordHasher } from './passwords.ts';

export interface FirstPasswordDeps {
  readonly database: Kysely<Database>;
  readonly hasher: PasswordHasher;
  readonly secrets: SecretStore;
}

/** The name of the password that GreenVue made for the first admin, among the secrets. */
export const FIRST_PASSWORD = 'admin-password';

/** Deletes the stored first password once the account that had it, by its old hash, has another. */
export async function forgetFirstPassword(
  { hasher, secrets }: Pick<FirstPasswordDeps, 'hasher' | 'secrets'>,
  oldHash: string,
): Promise<void> {
  const kept = await secrets.find(FIRST_PASSWORD);
  if (kept !== undefined && (await hasher.verify(kept.value, oldHash))) await secrets.forget(FIRST_PASSWORD);
}

/**
 * Asks the first admin to change the stored first password. A version without that question made the account.
 * An account that has had another password since is left alone, and the stored password goes.
 */
export async function requireFirstPasswordChange(deps: FirstPasswordDeps): Promise<void> {
  const { database, hasher, secrets } = deps;
  const kept = await secrets.find(FIRST_PASSWORD);
  if (kept === undefined) return;
  const admin = await findFirstAdmin(database);
  if (admin === undefined || admin.must_change_password === 1) return;
  if (await hasher.verify(kept.value, admin.password_hash)) {
    await database
      .updateTable('users')
      .set({ must_change_password: 1 })
      .where('id', '=', admin.id)
      .where('password_hash', '=', admin.password_hash)
      .execute();
  } else await secrets.forget(FIRST_PASSWORD);
}

async function findFirstAdmin(database: Kysely<Database>) {
  const made = await database
    .selectFrom('audit')
    .select('target')
    .where('action', '=', 'user.first_admin')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (made === undefined) return undefined;
  return database
    .selectFrom('users')
    .selectAll()
    .where('id', '=', made.target.replace(/^user:/, ''))
    .executeTakeFirst();
}
