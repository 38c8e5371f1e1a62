import { isBlank, isList, isObject, isWritten, type Json, type Value, writtenText } from './json-value.ts';

/** Where a text stops being JSON, and what would be valid there. Lines and columns start at 1. */
interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

type ParsedJson =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly fault: JsonFault };

/** Parses JSON. Finds the position of an error itself, because each browser reports errors differently. */
export function parseJson(text: string): ParsedJson {
  const fault = findFault(text);
  if (fault !== undefined) return { ok: false, fault: { ...placeOf(text, fault.at), detail: fault.detail } };
  const value: Json = JSON.parse(text);
  return { ok: true, value };
}

/** The error as a sentence. */
export function faultText({ line, column, detail }: JsonFault): string {
  return `line ${line}, column ${column}: ${detail}`;
}

/** A value as indented JSON. Parts still being typed are copied as they are, valid or not. */
export function textOf(value: Value, indent = ''): string {
  if (isWritten(value)) return isBlank(value) ? 'null' : writtenText(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    const items = value.map((item) => textOf(item, inner));
    return bracketed(items, { open: '[', close: ']', indent });
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(
      ([key, part]) => `${JSON.stringify(key)}: ${textOf(part, inner)}`,
    );
    return bracketed(members, { open: '{', close: '}', indent });
  }
  return JSON.stringify(value);
}

function bracketed(
  parts: readonly string[],
  { open, close, indent }: { readonly open: string; readonly close: string; readonly indent: string },
): string {
  if (parts.length === 0) return open + close;
  const lines = parts.map((part) => `\n${indent}  ${part}`);
  return `${open}${lines.join(',')}\n${indent}${close}`;
}

interface Found {
  readonly at: number;
  readonly detail: string;
}

const BLANKS = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
/** A text up to its closing quote, or up to the first invalid character. */
const STRING = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'next';

/** Scans a text once, without recursion: a payload of brackets only must not overflow the stack. */
function findFault(text: string): Found | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = match(BLANKS, text, 0);
  for (;;) {
    if (expected === 'next' && open.length === 0) {
      return at === text.length ? undefined : { at, detail: 'unexpected text after the value' };
    }
    const step = takeStep(text, at, { expected, open });
    if ('detail' in step) return step;
    expected = step.expected;
    at = match(BLANKS, text, step.at);
  }
}

type Step = Found | { readonly at: number; readonly expected: Expected };

function takeStep(
  text: string,
  at: number,
  { expected, open }: { readonly expected: Expected; readonly open: ('{' | '[')[] },
): Step {
  const inside = open.at(-1);
  const close = inside === '{' ? '}' : ']';
  const mayClose = expected === 'next' || expected === 'value or ]' || expected === 'name or }';
  if (inside !== undefined && mayClose && text[at] === close) {
    open.pop();
    return { at: at + 1, expected: 'next' };
  }
  if (expected === 'next') {
    if (text[at] === ',') return { at: at + 1, expected: inside === '{' ? 'name' : 'value' };
    return { at, detail: `expected a comma or ${close}` };
  }
  return expected === 'name' || expected === 'name or }' ? takeName(text, at) : takeValue(text, at, open);
}

function takeName(text: string, at: number): Step {
  if (text[at] !== '"') return { at, detail: 'expected a name in double quotes' };
  const end = takeString(text, at);
  if ('detail' in end) return end;
  const colon = match(BLANKS, text, end.at);
  if (text[colon] !== ':') return { at: colon, detail: 'expected a colon after the name' };
  return { at: colon + 1, expected: 'value' };
}

function takeValue(text: string, at: number, open: ('{' | '[')[]): Step {
  const first = text[at];
  if (first === '{' || first === '[') {
    open.push(first);
    return { at: at + 1, expected: first === '{' ? 'name or }' : 'value or ]' };
  }
  if (first === '"') return takeString(text, at);
  const end = Math.max(match(NUMBER, text, at), match(WORD, text, at));
  if (end === at) return { at, detail: 'expected a value' };
  // JSON.parse makes this Infinity, which JSON cannot represent.
  if (Math.abs(Number(text.slice(at, end))) === Infinity) return { at, detail: 'the number is too large' };
  return { at: end, expected: 'next' };
}

function takeString(text: string, at: number): Step {
  const end = match(STRING, text, at);
  if (text[end] === '"') return { at: end + 1, expected: 'next' };
  if (end === text.length) return { at: end, detail: 'expected a closing "' };
  if (text[end] === '\\') return { at: end, detail: 'unknown escape; write a backslash as \\\\' };
  return { at: end, detail: 'write a line break as \\n and a tab as \\t' };
}

/** The end of a match that starts at `at`; `at` itself without a match. */
function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, at).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
