import { escapedText } from '../../core/input/shown-value.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import { jsonBoundFault } from './json-bounds.ts';

/** Limit of a body in bytes: 128 KiB. */
export const LARGEST_BODY = 131_072;
export const TOO_LARGE = 'The body is larger than 128 KiB, the limit of this route. Send a smaller body.';
export const MERGE_PATCH = 'application/merge-patch+json';
const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const JSON_TYPE = /^application\/(?:json|merge-patch\+json)\s*(?:;|$)/i;

/** The headers and the method that decide whether a body may be parsed as JSON. */
export interface BodyType {
  readonly method: string;
  /** The header; undefined without one. */
  readonly contentType: string | undefined;
}

/**
 * Parses a body: UTF-8, at most 64 levels and 10,000 values, without keys that pollute prototypes (else 400).
 * Only PATCH accepts a merge patch (RFC 7396); any other type than JSON is a 415. An empty body counts as no
 * body, whatever its type: the result is undefined.
 */
export function parseBody(bytes: Uint8Array, { method, contentType = '' }: BodyType): unknown {
  if (bytes.length === 0) return undefined;
  if (!JSON_TYPE.test(contentType)) throw unsupportedType();
  if (contentType.toLowerCase().startsWith(MERGE_PATCH) && method !== 'PATCH') throw unsupportedType();
  const [, charset = 'utf-8'] = /;\s*charset="?([^";\s]*)/i.exec(contentType) ?? [];
  if (charset.toLowerCase() !== 'utf-8') throw unsupportedType();
  return parseStrictJson(bytes);
}

/** Parses a JSON body. Throws a 400 with the fault. */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const excess = jsonBoundFault(bytes);
  if (excess !== undefined) throw malformed(excess);
  const value = decode(bytes);
  if (hasPoison(value)) throw malformed('has a key that is not allowed: __proto__ or constructor');
  return value;
}

function decode(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch (error) {
    // Its message quotes the body.
    if (error instanceof SyntaxError)
      throw malformed(`is not valid JSON: ${escapedText(error.message)}`, error);
    if (error instanceof TypeError)
      throw malformed('is not valid UTF-8; send it as UTF-8 text and not compressed', error);
    throw error;
  }
}

function hasPoison(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!Array.isArray(value) && isPoison(value)) return true;
  return Object.values(value).some(hasPoison);
}

/** JSON.parse makes `__proto__` an own key; code that copies it key by key would set a prototype. */
function isPoison(value: object): boolean {
  if (Object.hasOwn(value, '__proto__')) return true;
  const own: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value;
  return typeof own === 'object' && own !== null && Object.hasOwn(own, 'prototype');
}

function malformed(what: string, cause?: Error): HttpProblem {
  return new HttpProblem({ status: 400, detail: `The body ${what}.` }, { cause });
}

/** The 415 to a body that is not JSON. */
export function unsupportedType(): HttpProblem {
  return new HttpProblem({
    status: 415,
    detail: 'The content type of the body is not supported. Send application/json in UTF-8.',
  });
}
