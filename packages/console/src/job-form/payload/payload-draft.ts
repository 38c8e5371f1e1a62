import type { Fault } from '@greenvue/jobs/client';
import { UNFINISHED } from '../../ui/instant/instant-draft.ts';
import { faultText, parseJson, textOf } from './json-text.ts';
import {
  BLANK,
  isBlank,
  isList,
  isObject,
  isWritten,
  type Json,
  type JsonObject,
  ownValue,
  type Value,
  type Written,
  writtenAs,
  writtenText,
} from './json-value.ts';
import { type Field, initialValue, type Member, UNKNOWN_FIELD } from './payload-model.ts';
import { type Path, pointerOf } from './pointer.ts';
import { nameOfSecret } from './secret-value.ts';

/** A payload being edited, as a form or as text. */
export type PayloadDraft =
  | { readonly as: 'form'; readonly value: Value }
  | { readonly as: 'json'; readonly text: string };

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The initial payload of a type: the default for an omitted payload, or else the schema's defaults. */
export function initialPayload(field: Field, defaults: JsonObject | undefined): PayloadDraft {
  const value = defaults ?? initialValue(field, true) ?? {};
  return field.kind === 'json' ? { as: 'json', text: textOf(value) } : { as: 'form', value };
}

/** The payload as text. Invalid parts are copied as they are. */
export function asText(draft: PayloadDraft): string {
  return draft.as === 'json' ? draft.text : textOf(draft.value);
}

/** The payload as a form, or an error if the text is not a JSON object. */
export function asForm(draft: PayloadDraft, root: Path): Read<PayloadDraft> {
  if (draft.as === 'form') return { ok: true, value: draft };
  const read = readPayload(draft, root);
  return read.ok ? { ok: true, value: { as: 'form', value: read.value } } : read;
}

/** The payload in a draft, or its JSON errors. `root` is its place in the request body. */
export function readPayload(draft: PayloadDraft, root: Path): Read<JsonObject> {
  if (draft.as === 'form') return objectOrFault(readValue(draft.value, root), root);
  const parsed = parseJson(draft.text.trim() === '' ? '{}' : draft.text);
  if (!parsed.ok) return oneFault(root, `is not valid JSON: ${faultText(parsed.fault)}`);
  return objectOrFault({ ok: true, value: parsed.value }, root);
}

/** The JSON of a value. Each invalid part is an error of its own. */
function readValue(value: Value, path: Path): Read<Json> {
  const faults: Fault[] = [];
  const json = plain(value, path, faults);
  return faults.length === 0 ? { ok: true, value: json } : { ok: false, faults };
}

function objectOrFault(read: Read<Json>, root: Path): Read<JsonObject> {
  if (!read.ok) return read;
  return isObject(read.value)
    ? { ok: true, value: read.value }
    : oneFault(root, 'must be a JSON object: { … }');
}

function oneFault(path: Path, detail: string): { readonly ok: false; readonly faults: readonly Fault[] } {
  return { ok: false, faults: [{ pointer: pointerOf(path), detail }] };
}

function plain(value: Value, path: Path, faults: Fault[]): Json {
  if (isWritten(value)) return writtenJson(value, path, faults);
  if (isList(value)) return value.map((item, at) => plain(item, [...path, at], faults));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, plain(part, [...path, key], faults)]),
    );
  }
  return value;
}

function writtenJson(value: Written, path: Path, faults: Fault[]): Json {
  const fault = (detail: string) => {
    faults.push({ pointer: pointerOf(path), detail });
    return null;
  };
  if (isBlank(value)) return fault('is required');
  const settled = settle(value);
  if (!isWritten(settled)) return settled;
  if (writtenAs(value) === 'number') return fault('must be a number');
  if (writtenAs(value) === 'time') return fault(UNFINISHED);
  const parsed = parseJson(writtenText(value));
  return parsed.ok ? parsed.value : fault(`is not valid JSON: ${faultText(parsed.fault)}`);
}

/** Parses a typed part; returns it unchanged while it is invalid. */
export function settle(value: Written): Json | Written {
  if (writtenAs(value) === 'number') return readNumber(writtenText(value)) ?? value;
  const parsed = parseJson(writtenText(value));
  return parsed.ok ? parsed.value : value;
}

/** Parses a number as people type it (`.5`, `5.`, `+5` too), if JSON can represent it. */
export function readNumber(text: string): number | undefined {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text.trim())) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** The value of an emptied text field: an empty text where the schema allows one, else undefined. */
export function emptied(field: Field, isRequired: boolean): '' | undefined {
  if (isRequired) return '';
  const mayBeEmpty =
    field.kind === 'text' &&
    field.format === undefined &&
    field.pattern === undefined &&
    (field.minLength ?? 0) === 0;
  // Without a default, most handlers expect an absent value rather than an empty text.
  return mayBeEmpty && field.fallback !== undefined ? '' : undefined;
}

/** The initial value of a new list item. */
export function initialItem(item: Field): Value {
  return initialValue(item, true) ?? (item.kind === 'text' && item.format === undefined ? '' : BLANK);
}

/** Whether the field's control can show this value; otherwise it is shown as JSON. */
export function fits(field: Field, value: Value | undefined): boolean {
  if (value === undefined || isBlank(value)) return true;
  if (value === null && field.isNullable) return true;
  switch (field.kind) {
    case 'text':
      if (field.isSecret && nameOfSecret(value) !== undefined) return true;
      return typeof value === 'string' || (isWritten(value) && writtenAs(value) === 'time');
    case 'number':
      return typeof value === 'number' || (isWritten(value) && writtenAs(value) === 'number');
    case 'yes_no':
      return typeof value === 'boolean';
    case 'choice':
      return field.values.some((one) => one === value);
    case 'fixed':
      return readsAs(value, field.value);
    case 'object':
      return isObject(value);
    case 'list':
      return isList(value);
    case 'json':
      return false;
    default:
      return field satisfies never;
  }
}

function readsAs(value: Value, wanted: Json): boolean {
  return textOf(value) === textOf(wanted);
}

/** The fields of an object in the form: first those of the schema, then unknown keys. */
export function membersOf(members: readonly Member[], value: Value | undefined): readonly ShownMember[] {
  const object = value !== undefined && isObject(value) ? value : {};
  const known = members.map((member) => ({ ...member, value: ownValue(object, member.key), isKnown: true }));
  const others = Object.entries(object)
    .filter(([key]) => !members.some((member) => member.key === key))
    .map(([key, part]) => ({ key, value: part, field: UNKNOWN_FIELD, isRequired: false, isKnown: false }));
  return [...known, ...others];
}

interface ShownMember extends Member {
  readonly value: Value | undefined;
  /** Whether the job type has a field of this name. */
  readonly isKnown: boolean;
}

/** The pointers that the form shows for a payload. A server error is shown at the nearest of them. */
export function shownPointers(draft: PayloadDraft, field: Field, root: Path): readonly string[] {
  return draft.as === 'json' ? [pointerOf(root)] : pointersIn(field, draft.value, root);
}

function pointersIn(field: Field, value: Value | undefined, path: Path): readonly string[] {
  const here = pointerOf(path);
  if (!fits(field, value) || value === undefined || value === null) return [here];
  if (field.kind === 'object') {
    const parts = membersOf(field.members, value);
    return [here, ...parts.flatMap((part) => pointersIn(part.field, part.value, [...path, part.key]))];
  }
  if (field.kind === 'list' && isList(value)) {
    return [here, ...value.flatMap((item, at) => pointersIn(field.item, item, [...path, at]))];
  }
  return [here];
}
