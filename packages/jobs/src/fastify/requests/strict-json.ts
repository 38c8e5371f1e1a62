import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from './http-problem.ts';
import { jsonBoundFault } from './json-bounds.ts';

const LARGEST_BYTES = 131_072;
const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const MERGE_PATCH = 'application/merge-patch+json';

/**
 * Makes the routes of `app` accept only JSON bodies: UTF-8, at most 128 KiB (else 413), 64 levels and 10,000
 * values, without keys that pollute prototypes (else 400). PATCH also accepts a merge patch (RFC 7396). Any
 * other type is a 415. An empty body counts as no body, whatever its type. Affects only `app` and its
 * plugins.
 */
export function useStrictJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer', bodyLimit: LARGEST_BYTES } as const;
  app.addContentTypeParser(['application/json', MERGE_PATCH], options, strictJsonParser);
  app.addContentTypeParser('*', (request, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (length !== '0' && (length !== undefined || coding !== undefined)) return done(unsupported());
    payload.resume();
    return done(null, undefined);
  });
}

/** A content type parser for `addContentTypeParser(…, { parseAs: 'buffer' }, strictJsonParser)`. */
export async function strictJsonParser(request: FastifyRequest, body: Buffer): Promise<unknown> {
  if (body.length === 0) return undefined;
  const contentType = request.headers['content-type'] ?? '';
  if (contentType.toLowerCase().startsWith(MERGE_PATCH) && request.method !== 'PATCH') throw unsupported();
  const [, charset = 'utf-8'] = /;\s*charset="?([^";\s]*)/i.exec(contentType) ?? [];
  if (charset.toLowerCase() !== 'utf-8') throw unsupported();
  return parseStrictJson(body);
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
    if (error instanceof SyntaxError) throw malformed(`is not valid JSON: ${error.message}`, error);
    if (error instanceof TypeError) throw malformed('is not valid UTF-8', error);
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

function unsupported(): HttpProblem {
  return new HttpProblem({
    status: 415,
    detail: 'The content type of the body is not supported. Send application/json in UTF-8.',
  });
}
