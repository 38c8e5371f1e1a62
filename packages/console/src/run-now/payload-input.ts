type ReadPayload =
  | { readonly ok: true; readonly payload: Record<string, unknown> }
  /** Why the text is not a payload. */
  | { readonly ok: false; readonly fault: string };

/** Parses a run's payload: a JSON object, or an error. */
export function readPayload(text: string): ReadPayload {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      fault: `Invalid JSON: ${error instanceof Error ? error.message : 'syntax error'}`,
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, fault: 'A payload must be a JSON object, such as {"days": 30}.' };
  }
  return { ok: true, payload: { ...value } };
}
