import type { JsonText } from '../core/run.ts';

/**
 * Reads stored JSON; a text that is no JSON, such as a database edited by hand may hold, is given as it is.
 */
export function parseJson(text: JsonText): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Reads a stored JSON object; anything else is given under the key `unreadable`. */
export function parseJsonObject(text: JsonText): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { unreadable: value };
  return { ...value };
}
