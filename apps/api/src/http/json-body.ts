import type { FastifyInstance } from 'fastify';
import { badRequest, type ProblemDetail, unprocessable } from '../problem.ts';

const MAX_DEPTH = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * Reads JSON bodies, and no others. Refused with a 400: bytes that are not UTF-8, what is not JSON, nesting deeper than 64
 * and keys that would poison a prototype; with a 422: strings with U+0000 or a lone surrogate, which not every database holds.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const text = decode(body);
      if (text === undefined) done(badRequest('The body is not valid UTF-8.'));
      else if (depthOf(body) > MAX_DEPTH)
        done(badRequest(`The body is nested deeper than ${MAX_DEPTH} levels.`));
      else parseJson(request, text, done);
    },
  );
  app.addHook('preValidation', async (request) => {
    const errors = unstorableTexts(request.body);
    if (errors.length > 0) throw unprocessable('The request is not valid.', errors);
  });
}

function decode(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** How deep the brackets nest. Counted before parsing: what walks a deep value later could run out of stack. */
function depthOf(body: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPEN.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSE.has(byte)) depth -= 1;
  }
  return deepest;
}

const ENOUGH = 20;

function unstorableTexts(body: unknown): ProblemDetail[] {
  const found: ProblemDetail[] = [];
  const walk = (value: unknown, pointer: string): void => {
    if (found.length >= ENOUGH) return;
    if (typeof value === 'string') {
      if (!isStorable(value)) found.push({ pointer, detail: 'must not contain U+0000 or a lone surrogate' });
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, `${pointer}/${index}`);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (isStorable(key)) walk(item, `${pointer}/${escapePointer(key)}`);
        else found.push({ pointer, detail: 'must not have a key with U+0000 or a lone surrogate' });
      }
    }
  };
  walk(body, '');
  return found;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** RFC 6901. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
