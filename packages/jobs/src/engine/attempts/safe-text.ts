import type { JsonText } from '../../core/run.ts';

/**
 * Text of anything, cut to `limit` characters, such as every database takes: no U+0000, no lone surrogates.
 * Never throws.
 */
export function safeText(value: unknown, limit: number): string {
  const text = plainText(value);
  const kept = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return kept.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** JSON of anything: what can't be expressed is said so. Never throws. */
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

/** The message of what was thrown, if it has one that can be read. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : 'it throws';
  } catch {
    return 'it throws';
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
