import type { JsonText } from '../model/run.ts';

/** The top-level fields in which two payloads differ, sorted. Keys within the payloads are sorted. */
export function changedFields(before: JsonText, after: JsonText): readonly string[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .sort();
}

function fieldsOf(payload: JsonText): ReadonlyMap<string, string> {
  const parsed: unknown = JSON.parse(payload);
  const entries = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  return new Map(entries.map(([name, value]) => [name, JSON.stringify(value)]));
}
