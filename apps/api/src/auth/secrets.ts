import { createHash, createHmac, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Database, Queries } from '../db/schema.ts';

/** Refresh tokens and API tokens say what they are, so that a secret scanner can find one that leaked. */
export type SecretPrefix = 'gv_' | 'gvr_';

/** A secret of 256 random bits for a person or a program to keep. */
export function makeSecret(prefix: SecretPrefix): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** A secret that follows from another and a text, the same each time: nobody without the other one can tell it. */
export function deriveSecret(
  prefix: SecretPrefix,
  { secret, from }: { readonly secret: string; readonly from: string },
): string {
  return prefix + createHmac('sha256', secret).update(from).digest('base64url');
}

/** What is stored of such a secret. A plain hash is enough for one that can't be guessed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A secret that was made once and is the same from then on. */
export interface KeptSecret {
  readonly value: string;
  /** For people. */
  readonly where: string;
}

/** The secrets that GreenVue makes for itself, named as their files are. */
export const SECRET_NAMES = ['jwt-secret', 'admin-password'] as const;

export type SecretName = (typeof SECRET_NAMES)[number];

/** Where secrets are kept that nobody gave. */
export interface SecretStore {
  /** The secret of that name; made of that many random bytes, once, even when two processes ask at the same time. */
  keep(name: SecretName, bytes: number): Promise<KeptSecret>;
  /** Undefined when it was never made. */
  find(name: SecretName): Promise<KeptSecret | undefined>;
  /** Deletes it; one that was never made is fine. */
  forget(name: SecretName): Promise<void>;
}

/** Secrets in files of DATA_DIR that only their owner can read. */
export function createSecretFiles(dataDir: string): SecretStore {
  return {
    keep: async (name, bytes) => keepInFile(join(dataDir, name), bytes),
    find: async (name) => {
      const path = join(dataDir, name);
      return existsSync(path) ? readSecret(path) : undefined;
    },
    forget: async (name) => rmSync(join(dataDir, name), { force: true }),
  };
}

function keepInFile(path: string, bytes: number): KeptSecret {
  const value = randomSecret(bytes);
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, `${value}\n`, { mode: 0o600 });
  try {
    // A link, not a rename: it fails when the file is there, and the file is never there half-written.
    linkSync(part, path);
    return { value, where: path };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(part);
  }
  return readSecret(path);
}

function readSecret(path: string): KeptSecret {
  const value = readFileSync(path, 'utf8').trim();
  if (value === '') throw new Error(`${path} is empty: delete it, and a new one is made.`);
  return { value, where: path };
}

/** Secrets in the database that all nodes share, so that they agree. */
export function createSharedSecrets(database: Kysely<Database>): SecretStore {
  const find = async (key: SecretName): Promise<KeptSecret | undefined> => {
    const row = await database
      .selectFrom('settings')
      .select('value')
      .where('key', '=', key)
      .executeTakeFirst();
    return row && { value: row.value, where: `the row "${key}" of the table greenvue.settings` };
  };
  return {
    find,
    forget: async (key) => {
      await database.deleteFrom('settings').where('key', '=', key).execute();
    },
    keep: async (key, bytes) => {
      await database
        .insertInto('settings')
        .values({ key, value: randomSecret(bytes) })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
      const kept = await find(key);
      if (kept === undefined) throw new Error(`the setting ${key} was not kept`);
      return kept;
    },
  };
}

/** Puts the secrets of a folder among those that all nodes share, and gives the names of those that were there. */
export async function shareSecrets(dataDir: string, database: Queries): Promise<readonly SecretName[]> {
  const files = createSecretFiles(dataDir);
  const shared: SecretName[] = [];
  for (const key of SECRET_NAMES) {
    const secret = await files.find(key);
    if (secret === undefined) continue;
    await database.insertInto('settings').values({ key, value: secret.value }).execute();
    shared.push(key);
  }
  return shared;
}

function randomSecret(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
