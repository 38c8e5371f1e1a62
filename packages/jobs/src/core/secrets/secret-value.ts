import type { JsonText } from '../model/run.ts';
import { isRecord } from '../objects.ts';

/** What people see in the place of a secret. In an edit it means: keep the stored value. */
export const SHOWN_SECRET = '[secret]';

/** A field of a payload as it is stored: its JSON, sealed. */
export interface SealedField {
  readonly $sealed: string;
}

/**
 * Seals texts and opens them. `place` is authenticated: a text that was moved to another place can't be
 * opened.
 */
export interface Sealer {
  seal(place: string, text: string): string;
  /** Throws a {@link SecretError} if it can't. */
  open(place: string, sealed: string): string;
  /** Whether the newest key has sealed the text. */
  isCurrent(sealed: string): boolean;
}

/** A secret can't be read. The message names a key, a field or a secret, and never a value. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/** The name of a stored secret: also part of a URL, and of JSON without escapes. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
export const SECRET_NAME_RULE = '1 to 128 letters, digits, "_", "." or "-", such as STRIPE_KEY';

/** Why a payload may not have a name. It suggests no other name: only admins may list the names. */
export function unknownSecret(name: string): string {
  if (!SECRET_NAME.test(name)) return `must name a secret: ${SECRET_NAME_RULE}`;
  return `must name a stored secret; there is none with the name "${name}". Create it first, with PUT /api/secrets/${name}; GET /api/secrets lists the names`;
}

export function isSealed(value: unknown): value is SealedField {
  return onlyKeyOf(value) === '$sealed' && typeof Object(value).$sealed === 'string';
}

/** The name in `{ "$secret": "NAME" }`; undefined for any other value. */
export function nameInReference(value: unknown): string | undefined {
  if (onlyKeyOf(value) !== '$secret') return undefined;
  const name: unknown = Object(value).$secret;
  return typeof name === 'string' ? name : undefined;
}

/** The names of stored secrets anywhere in a value, also where its type lets none be named. */
export function allNamesIn(value: unknown): readonly string[] {
  const names: string[] = [];
  const left = [value];
  while (left.length > 0) {
    const part = left.pop();
    const name = nameInReference(part);
    if (name !== undefined) names.push(name);
    else if (isRecord(part)) for (const inner of Object.values(part)) left.push(inner);
  }
  return names;
}

/** Whether a stored payload may contain sealed fields. A text that only looks like one is possible, too. */
export function mayHaveSealed(json: JsonText): boolean {
  return json.includes('"$sealed"');
}

/** Where a field of a payload is sealed: in another job, or in another field, it can't be opened. */
export function placeOfField(jobId: string, pointer: string): string {
  return `payload\n${jobId}\n${pointer}`;
}

/** Where a stored secret is sealed. */
export function placeOfSecret(name: string): string {
  return `secret\n${name}`;
}

/** Where what the attempts of a run have saved is sealed. */
export function placeOfCheckpoint(runId: string): string {
  return `checkpoint\n${runId}`;
}

/** Where the config of an alert channel is sealed. */
export function placeOfChannel(id: string): string {
  return `channel\n${id}`;
}

function onlyKeyOf(value: unknown): string | undefined {
  if (!isRecord(value) || Array.isArray(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 ? key : undefined;
}
