import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LARGEST_BODY, MERGE_PATCH, parseBody, unsupportedType } from '../http/bodies/strict-json.ts';

/**
 * Makes the routes of `app` accept only JSON bodies, as `parseBody` does, of at most 128 KiB (else 413).
 * Affects only `app` and its plugins.
 */
export function useStrictJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer', bodyLimit: LARGEST_BODY } as const;
  app.addContentTypeParser(['application/json', MERGE_PATCH], options, strictJsonParser);
  app.addContentTypeParser('*', (request, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (length !== '0' && (length !== undefined || coding !== undefined)) return done(unsupportedType());
    payload.resume();
    return done(null, undefined);
  });
}

/** A content type parser for `addContentTypeParser(…, { parseAs: 'buffer' }, strictJsonParser)`. */
export async function strictJsonParser(request: FastifyRequest, body: Buffer): Promise<unknown> {
  return parseBody(body, { method: request.method, contentType: request.headers['content-type'] });
}
