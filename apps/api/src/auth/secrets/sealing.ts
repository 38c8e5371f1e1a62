import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Seals short texts with AES-256-GCM under the first key, and opens what any of the keys sealed. */
export interface SealingKeys {
  /** `name` is authenticated with the text: a sealed value can't be moved to another name. */
  seal(name: string, text: string): string;
  /**
   * Undefined when none of the keys sealed it. Throws for a value that was changed, or sealed under another
   * name.
   */
  open(name: string, sealed: string): string | undefined;
  /** Whether the first key sealed it. */
  isCurrent(sealed: string): boolean;
}

const PREFIX = 'sealed:1:';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keys derived from texts of at least 32 characters. */
export function createSealingKeys(texts: readonly [string, ...string[]]): SealingKeys {
  const keys = texts.map(deriveKey);
  const [first = deriveKey(texts[0])] = keys;
  return {
    seal: (name, text) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(Buffer.from(name));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      const parts = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
      return `${PREFIX}${first.id}:${parts.toString('base64url')}`;
    },
    open: (name, sealed) => {
      const [id = '', text = ''] = sealed.slice(PREFIX.length).split(':');
      const known = keys.find((key) => key.id === id);
      return known && openWith(known.key, name, Buffer.from(text, 'base64url'));
    },
    isCurrent: (sealed) => sealed.startsWith(`${PREFIX}${first.id}:`),
  };
}

/** Tells a sealed value from one in plain text. */
export function isSealed(value: string): boolean {
  return value.startsWith(PREFIX);
}

function deriveKey(text: string): { readonly id: string; readonly key: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', text, '', 'greenvue sealed settings', KEY_BYTES));
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key };
}

function openWith(key: Buffer, name: string, parts: Buffer): string {
  const nonce = parts.subarray(0, NONCE_BYTES);
  const tag = parts.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(name))
    .setAuthTag(tag);
  const rest = parts.subarray(NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(rest), decipher.final()]).toString('utf8');
}
