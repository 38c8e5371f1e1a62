import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const EVENT_STREAM = 'text/event-stream';

/** Sends a `Response` as fast as the client reads it. Resolves once it is sent, or the client is gone. */
export async function writeResponse(
  { status, headers, body }: Response,
  response: ServerResponse,
): Promise<void> {
  // The host has answered itself, such as after a timeout of its own.
  if (response.headersSent) return void (await body?.cancel());
  response.statusCode = status;
  // `server.close()` waits for open connections, and this one would stay after its stream has ended.
  if (headers.get('content-type') === EVENT_STREAM) response.shouldKeepAlive = false;
  for (const [name, value] of headers) {
    if (isAddedHeader(name)) response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  try {
    if (body === null) response.end();
    else await pipeline(Readable.fromWeb(body), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

/** Whether a header keeps the values that the host has set. */
export function isAddedHeader(name: string): boolean {
  return name === 'vary' || name === 'set-cookie';
}
