import { jsonBoundFault } from '@greenvue/jobs/fastify';
import { jsonPointer } from '@greenvue/jobs/http';
import type { FastifyInstance } from 'fastify';
import { badRequest, type ProblemDetail, unprocessable } from '../rest/problem.ts';

/** Room for the largest payload of a job, 64 KiB, with spaces and escapes in it. */
export const BODY_LIMIT = 131_072;
/** Routes without authentication, where nothing is longer than a password. */
const AUTH_BODY_LIMIT = 16_384;
const AUTH = '/api/auth/';

/**
 * Accepts only JSON bodies. 413: more than 16 KiB for `/api/auth`, or 128 KiB elsewhere. 400: not UTF-8, not
 * JSON, more than 64 levels or 10,000 values, or keys that pollute prototypes. 422: strings with U+0000 or a
 * lone surrogate, which not every database can store.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(AUTH)) route.bodyLimit ??= AUTH_BODY_LIMIT;
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const excess = jsonBoundFault(body);
      const text = excess === undefined ? decode(body) : undefined;
      if (excess !== undefined) done(badRequest(`The body ${excess}.`));
      else if (text === undefined) done(badRequest('The body is not valid UTF-8.'));
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

const ENOUGH = 20;

function unstorableTexts(body: unknown): ProblemDetail[] {
  const found: ProblemDetail[] = [];
  /** The keys of the current value. Only a fault turns them into a pointer. */
  const path: string[] = [];
  const fault = (detail: string) => {
    found.push({ pointer: jsonPointer(path), detail });
  };
  const walk = (value: unknown): void => {
    if (found.length >= ENOUGH) return;
    if (typeof value === 'string') {
      if (!isStorable(value)) fault('must not contain U+0000 or a lone surrogate');
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (isStorable(key)) {
          path.push(key);
          walk(item);
          path.pop();
        } else fault('must not have a key with U+0000 or a lone surrogate');
      }
    }
  };
  walk(body);
  return found;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
