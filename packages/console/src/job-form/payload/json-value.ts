import type { Path } from './pointer.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

const WRITTEN = Symbol('written');

/**
 * A part as somebody is just writing it: a number, JSON or time that may not be one yet. Nothing typed is
 * ever thrown away.
 */
export interface Written {
  readonly [WRITTEN]: { readonly text: string; readonly as: WrittenAs };
}

type WrittenAs = 'number' | 'json' | 'time';

/** A payload in a form: JSON, but for the parts that are being written. */
export type Value = null | boolean | number | string | Written | readonly Value[] | ValueObject;

interface ValueObject {
  readonly [key: string]: Value;
}

/** An item of a list that has no value yet; an item can't be absent, as a key of an object can. */
export const BLANK: Written = written('', 'json');

/** A date and time of which a part is missing: the browser does not tell which are there. */
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

/** A key's own value: `constructor` and its like are names as all others. */
export function own<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** What came out of an answer of the server, as the JSON that it is. */
export function toJson(value: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(value ?? null));
  return json;
}

/** {@link toJson} of what must be an object; anything else is an empty one. */
export function toJsonObject(value: unknown): JsonObject {
  const json = toJson(value);
  return isObject(json) ? json : {};
}

/** Whether two JSON values are equal; the order of keys does not matter. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, at) => sameJson(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => sameJson(own(a, key), own(b, key)));
}

/**
 * A copy with `next` at the end of the path. `undefined` takes a key out of its object; in a list it leaves a
 * blank.
 */
export function setAt(value: Value | undefined, path: Path, next: Value | undefined): Value | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (typeof step === 'number') {
    const list = value !== undefined && isList(value) ? value : [];
    return list.map((item, at) => (at === step ? (setAt(item, rest, next) ?? BLANK) : item));
  }
  const object = value !== undefined && isObject(value) ? value : {};
  const inner = setAt(own(object, step), rest, next);
  return inner === undefined ? without(object, step) : { ...object, [step]: inner };
}

function without(object: ValueObject, key: string): ValueObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** A copy of a list with an item at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = list.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}
