import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { announcesBody, parsedBodyBytes } from '../http/bodies/parsed-body.ts';

/**
 * The body that a parser in front of Fastify has read, such as `express.json()`, as a stream for Fastify,
 * which would wait forever for the end of the request. Undefined if nothing has read the body, or there is
 * none.
 */
export function parsedBodyStream(
  request: IncomingMessage & { readonly body?: unknown },
): Readable | undefined {
  if (!request.readableEnded || !announcesBody(request)) return undefined;
  const bytes = parsedBodyBytes(request.body);
  // Fastify compares this length with Content-Length, which describes the body as it was sent.
  return Object.assign(Readable.from([bytes], { objectMode: false }), {
    receivedEncodedLength: Number(request.headers['content-length'] ?? bytes.length),
  });
}
