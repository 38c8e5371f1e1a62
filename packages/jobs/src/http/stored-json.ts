import type { JsonText } from '../core/run.ts';

/** Reads JSON that the engine wrote. */
export function parseJson(text: JsonText): unknown {
  return JSON.parse(text);
}

/** Reads a JSON object that the engine wrote; throws when it is something else. */
export function parseJsonObject(text: JsonText): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('Stored JSON is not an object.');
  }
  return { ...value };
}
