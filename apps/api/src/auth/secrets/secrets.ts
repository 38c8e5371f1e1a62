import { createHash, createHmac, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Refresh tokens and API tokens say what they are, so that a secret scanner can find one that leaked. */
export type SecretPrefix = 'gv_' | 'gvr_' | 'gvp_' | 'gvc_';

/** A secret of 256 random bits for a person or a program to keep. */
export function makeSecret(prefix: SecretPrefix): string {
  return prefix + randomBytes(32).toString('base64url');
}

/**
 * Derives a secret from another one and a text, always the same. It can't be guessed without the other one.
 */
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

/** The store of generated secrets. */
export interface SecretStore {
  /**
   * The secret of that name; made of that many random bytes, once, even when two processes ask at the same
   * time.
   */
  keep(name: SecretName, bytes: number): Promise<KeptSecret>;
  /** Undefined when it was never made. */
  find(name: SecretName): Promise<KeptSecret | undefined>;
  /** Deletes it; one that was never made is fine. */
  forget(name: SecretName): Promise<void>;
  /**
   * Seals what an older version stored in plain text. Returns the names of secrets that it could not seal for
   * lack of a key.
   */
  secure(): Promise<readonly SecretName[]>;
}

/** Secrets in files of DATA_DIR that only their owner can read. */
export function createSecretFiles(dataDir: string): SecretStore {
  return {
    keep: async (name, bytes) => keepInFile(dataDir, name, bytes),
    find: async (name) => readSecretFile(dataDir, name),
    forget: async (name) => rmSync(join(dataDir, name), { force: true }),
    secure: async () => [],
  };
}

/** The secret in a file that only its owner can read, made when it is not there. */
export function keepInFile(dataDir: string, name: string, bytes: number): KeptSecret {
  const path = join(dataDir, name);
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

/** The secret in a file; undefined when there is none. */
export function readSecretFile(dataDir: string, name: string): KeptSecret | undefined {
  const path = join(dataDir, name);
  return existsSync(path) ? readSecret(path) : undefined;
}

function readSecret(path: string): KeptSecret {
  const value = readFileSync(path, 'utf8').trim();
  if (value === '') throw new Error(`${path} is empty: delete it. GreenVue then creates a new one.`);
  return { value, where: path };
}

export function randomSecret(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
