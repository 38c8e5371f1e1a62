import type { JsonText } from '../../core/model/run.ts';
import type { SecretMask } from '../../core/secrets/secret-mask.ts';

/**
 * Text of any value, at most `limit` characters, without U+0000, lone surrogates and what `mask` hides. Never
 * throws.
 */
export function safeText(value: unknown, limit: number, mask?: SecretMask): string {
  const plain = plainText(value);
  // Before the cut, which could leave the beginning of a secret.
  const text = mask === undefined ? plain : mask.text(plain);
  const kept = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return kept.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** JSON of any value; of one that JSON can't express, an object that says why. Never throws. */
export function safeJson(value: unknown): JsonText {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    return JSON.stringify({ unserialisable: messageOf(error) });
  }
}

/** Whether a text is JSON. Never throws. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const UNREADABLE = 'an error without a readable message';

/** The message of an error. Never throws, though an error's `message` may. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return safeJson(value);
  try {
    return String(value);
  } catch (error) {
    return messageOf(error);
  }
}
