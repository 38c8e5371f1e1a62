import { jsonPointer, pathOf } from '../json-pointer.ts';
import type { JsonText } from '../model/run.ts';
import { isRecord } from '../objects.ts';
import {
  isSealed,
  mayHaveSealed,
  nameInReference,
  placeOfField,
  type Sealer,
  SecretError,
  SHOWN_SECRET,
} from './secret-value.ts';

/** A field of a payload that a schema marks. `*` stands for each item of a list, or each key of a record. */
export interface SecretField {
  readonly path: readonly string[];
  /** False: it may name a stored secret, and a text of its own is stored as it is. */
  readonly isSealed: boolean;
}

/** P40, secrets in payloads: replaces the values of marked fields, and sealed values wherever they stand. */
export function replaceSecrets(
  payload: unknown,
  fields: readonly SecretField[],
  replace: (value: unknown, at: { readonly pointer: string; readonly isSealed: boolean }) => unknown,
): unknown {
  const visit = (value: unknown, path: readonly string[], near: readonly SecretField[]): unknown => {
    const marks = near.filter((field) => field.path.length === path.length);
    const isMarked = path.length > 0 && marks.length > 0;
    if (isMarked || isSealed(value)) {
      const mustSeal = isSealed(value) || marks.some((mark) => mark.isSealed);
      return replace(value, { pointer: jsonPointer(path), isSealed: mustSeal });
    }
    if (!isRecord(value)) return value;
    const part = (key: string, inner: unknown) => {
      const below = near.filter((field) => [key, '*'].includes(field.path[path.length] ?? ''));
      return visit(inner, [...path, key], below);
    };
    if (Array.isArray(value)) return value.map((item, n) => part(String(n), item));
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, part(key, inner)]));
  };
  return visit(payload, [], fields);
}

/** The stored payload as people see it. */
export function shownPayload(json: JsonText, fields: readonly SecretField[]): JsonText {
  if (!mayHaveSealed(json) && !fields.some((field) => field.isSealed)) return json;
  return JSON.stringify(shownValue(JSON.parse(json), fields));
}

/** A payload with `[secret]` in the place of each secret. Names of stored secrets are none. */
export function shownValue(payload: unknown, fields: readonly SecretField[]): unknown {
  return replaceSecrets(payload, fields, (value, at) =>
    !at.isSealed || value === null || nameInReference(value) !== undefined ? value : SHOWN_SECRET,
  );
}

/** {@link secretNamesIn} of a stored payload. */
export function storedNamesIn(json: JsonText, fields: readonly SecretField[]): readonly string[] {
  return fields.length > 0 && json.includes('"$secret"') ? secretNamesIn(JSON.parse(json), fields) : NO_NAMES;
}

const NO_NAMES: readonly string[] = [];

/** The names of the stored secrets that a payload refers to. */
export function secretNamesIn(payload: unknown, fields: readonly SecretField[]): readonly string[] {
  const names = new Set<string>();
  if (fields.length === 0) return NO_NAMES;
  replaceSecrets(payload, fields, (value) => {
    const name = nameInReference(value);
    if (name !== undefined) names.add(name);
    return value;
  });
  return [...names];
}

export interface OpenedPayload {
  readonly payload: unknown;
  /** The secrets in it: what a run must not show. */
  readonly values: readonly unknown[];
}

export interface PayloadKeys {
  readonly jobId: string;
  readonly sealer: Sealer;
  /** The values of stored secrets by name. */
  readonly named: ReadonlyMap<string, string>;
}

/** The payload as its handler gets it. Throws a {@link SecretError} for what can't be opened. */
export function openPayload(
  stored: unknown,
  fields: readonly SecretField[],
  keys: PayloadKeys,
): OpenedPayload {
  const values: unknown[] = [];
  const payload = replaceSecrets(stored, fields, (value, at) => {
    const opened = openField(value, at.pointer, keys);
    if (opened !== value || at.isSealed) values.push(opened);
    return opened;
  });
  return { payload, values };
}

/** The value of one marked field: opened, or that of the secret that it names. */
export function openField(value: unknown, pointer: string, { jobId, sealer, named }: PayloadKeys): unknown {
  if (isSealed(value)) {
    try {
      return JSON.parse(sealer.open(placeOfField(jobId, pointer), value.$sealed)) as unknown;
    } catch (error) {
      throw error instanceof SecretError
        ? new SecretError(`The payload field ${pointer} ${error.message}`, { cause: error.cause })
        : error;
    }
  }
  const name = nameInReference(value);
  if (name === undefined) return value;
  const found = named.get(name);
  if (found === undefined)
    throw new SecretError(
      `There is no secret with the name "${name}", which the payload field ${pointer} refers to. Create it with PUT /api/secrets/${name}, or give the field another value.`,
    );
  return found;
}

/**
 * A value as it is stored: null and names of secrets stay as they are. What an older key has sealed is sealed
 * again: a reseal may have passed its row already. Throws a {@link SecretError} for what can't be opened.
 */
export function sealField(
  value: unknown,
  pointer: string,
  { jobId, sealer }: Pick<PayloadKeys, 'jobId' | 'sealer'>,
): unknown {
  if (value === null || value === undefined || nameInReference(value) !== undefined) return value;
  const place = placeOfField(jobId, pointer);
  if (!isSealed(value)) return { $sealed: sealer.seal(place, JSON.stringify(value)) };
  if (sealer.isCurrent(value.$sealed)) return value;
  return { $sealed: sealer.seal(place, sealer.open(place, value.$sealed)) };
}

/** The value at a pointer of a JSON value; undefined if there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const key of pathOf(pointer)) {
    at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}
