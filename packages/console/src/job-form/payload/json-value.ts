import type { Path } from './pointer.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

const WRITTEN = Symbol('written');

/** A part being typed: a number, JSON or time that may not be valid yet. Typed text is never dropped. */
export interface Written {
  readonly [WRITTEN]: { readonly text: string; readonly as: WrittenAs };
}

type WrittenAs = 'number' | 'json' | 'time';

/** A payload in a form: JSON with some parts still being typed. */
export type Value = null | boolean | number | string | Written | readonly Value[] | ValueObject;

interface ValueObject {
  readonly [key: string]: Value;
}

/** A list item without a value: unlike a key, an item cannot be absent. */
export const BLANK: Written = written('', 'json');

/** An incomplete date and time. The browser does not say which parts are filled in. */
export const UNFINISHED_TIME: Written = written('(not finished)', 'time');

export function written(text: string, as: WrittenAs): Written {
  return { [WRITTEN]: { text, as } };
}

export function isWritten(value: Value): value is Written {
  return typeof value === 'object' && value !== null && WRITTEN in value;
}

export function writtenText(value: Written): string {
  return value[WRITTEN].text;
}

export function writtenAs(value: Written): WrittenAs {
  return value[WRITTEN].as;
}

export function isBlank(value: Value): boolean {
  return isWritten(value) && writtenText(value).trim() === '';
}

export function isList(value: Json): value is readonly Json[];
export function isList(value: Value): value is readonly Value[];
export function isList(value: Value): boolean {
  return Array.isArray(value);
}

export function isObject(value: Json): value is JsonObject;
export function isObject(value: Value): value is ValueObject;
export function isObject(value: Value): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(WRITTEN in value);
}

/** A key's own value: `constructor` and similar names are ordinary keys. */
export function ownValue<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A value from a server's answer, as JSON. */
export function toJson(value: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(value ?? null));
  return json;
}

/** {@link toJson} for objects; anything else becomes an empty object. */
export function toJsonObject(value: unknown): JsonObject {
  const json = toJson(value);
  return isObject(json) ? json : {};
}

/** Whether two JSON values are equal, ignoring the order of keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, at) => sameJson(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => sameJson(ownValue(a, key), ownValue(b, key)))
  );
}

/** A copy with `next` at the path. `undefined` removes a key; in a list it leaves a blank. */
export function setAt(value: Value | undefined, path: Path, next: Value | undefined): Value | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (typeof step === 'number') {
    const list = value !== undefined && isList(value) ? value : [];
    return list.map((item, at) => (at === step ? (setAt(item, rest, next) ?? BLANK) : item));
  }
  const object = value !== undefined && isObject(value) ? value : {};
  const inner = setAt(ownValue(object, step), rest, next);
  return inner === undefined ? without(object, step) : { ...object, [step]: inner };
}

function without(object: ValueObject, key: string): ValueObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** A copy of a list with one item moved. */
export function moveItem<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = list.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}
