import { isList, isObject, type Json, type JsonObject, type Value } from './json-value.ts';
import { stepsOf } from './pointer.ts';

/** What the server shows in the place of a secret. Sent back, it keeps the stored value. */
export const SHOWN_SECRET = '[secret]';

/** The name in `{ "$secret": "NAME" }`; undefined for any other value. */
export function nameOfSecret(value: Value): string | undefined {
  if (!isObject(value)) return undefined;
  const [[key, name] = [], ...others] = Object.entries(value);
  return key === '$secret' && typeof name === 'string' && others.length === 0 ? name : undefined;
}

const NEW_SECRET = '[secret], a new value';

/**
 * A payload to show: what was typed into a secret field is hidden. `fields`: JSON pointers, `*` is any key.
 */
export function withoutSecrets(payload: JsonObject, fields: readonly string[]): JsonObject {
  const visit = (value: Json, near: readonly (readonly string[])[]): Json => {
    if (near.some(([step]) => step === undefined))
      return value === null || value === SHOWN_SECRET || nameOfSecret(value) !== undefined
        ? value
        : NEW_SECRET;
    const inner = (key: string, part: Json) =>
      visit(
        part,
        near.flatMap(([step, ...rest]) => (step === key || step === '*' ? [rest] : [])),
      );
    if (near.length === 0) return value;
    if (isList(value)) return value.map((item, n) => inner(String(n), item));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inner(key, part)]));
  };
  const paths = fields.map((pointer) => stepsOf(pointer));
  return Object.fromEntries(
    Object.entries(payload).map(([key, part]) => [
      key,
      visit(
        part,
        paths.flatMap(([step, ...rest]) => (step === key || step === '*' ? [rest] : [])),
      ),
    ]),
  );
}
