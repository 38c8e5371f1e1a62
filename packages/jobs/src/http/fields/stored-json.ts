import type { JsonText } from '../../core/model/run.ts';

/**
 * Parses stored JSON. Returns the text unchanged if it is not JSON, as in a database that was edited by hand.
 */
export function parseJson(text: JsonText): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Parses a stored JSON object or null. Wraps any other value in an object with the key `unreadable`. */
export function parseJsonObject(text: JsonText): Record<string, unknown> | null {
  const value = parseJson(text);
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) return { unreadable: value };
  return { ...value };
}
