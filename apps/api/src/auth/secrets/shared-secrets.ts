import type { Kysely } from 'kysely';
import type { Database, Queries } from '../../db/schema.ts';
import { StartError } from '../../start/start-error.ts';
import { isSealed, type SealingKeys } from './sealing.ts';
import {
  createSecretFiles,
  type KeptSecret,
  randomSecret,
  SECRET_NAMES,
  type SecretName,
  type SecretStore,
} from './secrets.ts';

/** Gives the keys that seal secrets in PostgreSQL; undefined when there are none. */
export type SecretKeys = () => SealingKeys | undefined;

export interface SharedSecretsDeps {
  readonly database: Kysely<Database>;
  readonly keys: SecretKeys;
}

/**
 * Secrets in the database that all nodes share, so that they agree: sealed, so that a dump does not hold
 * them.
 */
export function createSharedSecrets(deps: SharedSecretsDeps): SecretStore {
  const { database, keys } = deps;
  const find = async (name: SecretName): Promise<KeptSecret | undefined> => {
    const stored = await read(database, name);
    return stored === undefined ? undefined : { value: open(keys, name, stored), where: whereIs(name) };
  };
  return {
    find,
    forget: async (key) => {
      await database.deleteFrom('settings').where('key', '=', key).execute();
    },
    keep: async (key, bytes) => {
      const known = await find(key);
      if (known !== undefined) return known;
      const value = requireKeys(keys, key).seal(key, randomSecret(bytes));
      await database
        .insertInto('settings')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
      const kept = await find(key);
      if (kept === undefined) throw new Error(`the setting ${key} was not kept`);
      return kept;
    },
    secure: () => secure(deps),
  };
}

/**
 * Stores the secrets of a folder, sealed, among the secrets that all nodes share. Returns the names of the
 * folder's secrets.
 */
export async function shareSecrets(
  dataDir: string,
  { database, keys }: { readonly database: Queries; readonly keys: SecretKeys },
): Promise<readonly SecretName[]> {
  const files = createSecretFiles(dataDir);
  const shared: SecretName[] = [];
  for (const key of SECRET_NAMES) {
    const secret = await files.find(key);
    if (secret === undefined) continue;
    const value = requireKeys(keys, key).seal(key, secret.value);
    await database.insertInto('settings').values({ key, value }).execute();
    shared.push(key);
  }
  return shared;
}

/** The keys, or a {@link StartError} that says which variables avoid the need for them. */
function requireKeys(keys: SecretKeys, name: SecretName): SealingKeys {
  const found = keys();
  if (found !== undefined) return found;
  const instead = name === 'jwt-secret' ? 'JWT_SECRET' : 'ADMIN_PASSWORD';
  throw new StartError(
    `SECRETS_KEY is not set, and production stores no secret in PostgreSQL without it: set it to the same value on every node, made with: openssl rand -base64 32. Or set ${instead}, and none needs to be stored.`,
  );
}

async function secure({ database, keys }: SharedSecretsDeps): Promise<readonly SecretName[]> {
  const plain: SecretName[] = [];
  for (const name of SECRET_NAMES) {
    const stored = await read(database, name);
    if (stored === undefined) continue;
    const found = keys();
    if (found === undefined && !isSealed(stored)) plain.push(name);
    if (found === undefined || (isSealed(stored) && found.isCurrent(stored))) continue;
    const text = isSealed(stored) ? unseal(found, name, stored) : stored;
    if (text === undefined) continue;
    await database
      .updateTable('settings')
      .set({ value: found.seal(name, text) })
      .where('key', '=', name)
      .where('value', '=', stored)
      .execute();
  }
  return plain;
}

async function read(database: Kysely<Database>, name: SecretName): Promise<string | undefined> {
  const row = await database
    .selectFrom('settings')
    .select('value')
    .where('key', '=', name)
    .executeTakeFirst();
  return row?.value;
}

/** A value in plain text is of a version that did not seal. */
function open(keys: SecretKeys, name: SecretName, stored: string): string {
  if (!isSealed(stored)) return stored;
  const found = keys();
  const text = found && unseal(found, name, stored);
  if (text !== undefined) return text;
  throw new StartError(
    `${upperFirst(whereIs(name))} is sealed with a key that this node does not have: set SECRETS_KEY to the value that the other nodes have (a key that sealed before goes after the new one, separated by a comma; a node without SECRETS_KEY keeps its key in DATA_DIR/secrets-key). If the key is lost, delete the row: a new secret is made.`,
  );
}

function unseal(keys: SealingKeys, name: SecretName, stored: string): string | undefined {
  try {
    return keys.open(name, stored);
  } catch (error) {
    throw new StartError(
      `${upperFirst(whereIs(name))} can't be opened: its value was changed, cut or copied from another row. Restore the row from a backup, or delete it: GreenVue makes a new secret at the next start.`,
      { cause: error },
    );
  }
}

function whereIs(name: SecretName): string {
  return `the row "${name}" of the table greenvue.settings`;
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
