import type { JsonText } from '../../core/run.ts';

/** Reads stored JSON. Other text, such as after an edit of the database by hand, is returned as it is. */
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
