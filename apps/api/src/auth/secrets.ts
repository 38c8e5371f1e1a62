import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Refresh tokens and API tokens say what they are, so that a secret scanner can find one that leaked. */
export type SecretPrefix = 'gv_' | 'gvr_';

/** A secret of 256 random bits for a person or a program to keep. */
export function makeSecret(prefix: SecretPrefix): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** What is stored of such a secret. A plain hash is enough for one that can't be guessed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A secret kept in a file of the data folder that only its owner can read. */
export interface KeptSecret {
  readonly value: string;
  readonly path: string;
  /** True when this call made it. */
  readonly made: boolean;
}

/** Reads `DATA_DIR/name`, or makes it with a random secret, once, even when two processes ask at the same time. */
export function keepSecret(dataDir: string, name: string, bytes: number): KeptSecret {
  const path = join(dataDir, name);
  const value = randomBytes(bytes).toString('base64url');
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, `${value}\n`, { mode: 0o600 });
  try {
    // A link, not a rename: it fails when the file is there, and the file is never there half-written.
    linkSync(part, path);
    return { value, path, made: true };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(part);
  }
  const kept = readFileSync(path, 'utf8').trim();
  if (kept === '') throw new Error(`${path} is empty: delete it, and a new one is made.`);
  return { value: kept, path, made: false };
}
