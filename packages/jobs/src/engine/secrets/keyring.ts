import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { type Sealer, SecretError } from '../../core/secrets/secret-value.ts';

/** The keys that seal secrets: the first one seals, and each of them opens what it has sealed. */
export interface Keyring extends Sealer {
  /** The public ids of the keys, the newest first. They say nothing about the keys. */
  readonly ids: readonly string[];
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** `1.<id of the key>.<nonce, tag and text in base64url>` */
const FORMAT = /^1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

/** What to do without keys. */
export const NO_KEYS =
  'no key to seal secrets is set. Set the option `secretKeys` of createJobs (GreenVue: SECRETS_KEY) to a text of at least 32 random characters, made with: openssl rand -base64 32';

/**
 * AES-256-GCM with keys derived from texts of at least 32 characters. Without any, sealing and opening throw.
 */
export function createKeyring(texts: readonly string[]): Keyring {
  const keys = texts.map(deriveKey);
  const [newest] = keys;
  return {
    ids: keys.map(({ id }) => id),
    isCurrent: (sealed) => newest !== undefined && keyIdOf(sealed) === newest.id,
    seal: (place, text) => {
      if (newest === undefined) throw new SecretError(`can't be sealed: ${NO_KEYS}.`);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      const parts = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
      return `1.${newest.id}.${parts.toString('base64url')}`;
    },
    open: (place, sealed) => {
      const [, id, parts = ''] = FORMAT.exec(sealed) ?? [];
      const known = keys.find((key) => key.id === id);
      if (id === undefined) throw new SecretError(DAMAGED);
      if (known === undefined) throw new SecretError(missingKey(id));
      return openWith(known.key, place, Buffer.from(parts, 'base64url'));
    },
  };
}

/** The id of the key that sealed a text; undefined if it is no sealed text. */
export function keyIdOf(sealed: string): string | undefined {
  return FORMAT.exec(sealed)?.[1];
}

const DAMAGED =
  "can't be opened: the stored text was changed, or moved from another place. Enter the secret again.";

function missingKey(id: string): string {
  return `can't be opened: it is sealed with the key ${id}, which this server does not have. Add that key to the end of \`secretKeys\` (GreenVue: SECRETS_KEY), or enter the secret again.`;
}

function deriveKey(text: string): { readonly id: string; readonly key: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', text, '', 'greenvue jobs: secrets of payloads', KEY_BYTES));
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key };
}

function openWith(key: Buffer, place: string, parts: Buffer): string {
  try {
    const nonce = parts.subarray(0, NONCE_BYTES);
    const tag = parts.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(place))
      .setAuthTag(tag);
    const text = decipher.update(parts.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (error) {
    throw new SecretError(DAMAGED, { cause: error });
  }
}
