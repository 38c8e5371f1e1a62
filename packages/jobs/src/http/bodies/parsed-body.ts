import type { IncomingMessage } from 'node:http';
import { isRecord } from '../../core/objects.ts';
import { HttpProblem } from '../requests/http-problem.ts';

const ENCODER = new TextEncoder();

/** Whether a request has a body, which may still be empty. */
export function announcesBody(message: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = message.headers;
  if (length !== undefined) return length !== '0';
  // HTTP/2 needs no header for a body.
  return message.httpVersionMajor >= 2 ? !endsAfterHeaders(message) : coding !== undefined;
}

/** Whether a request of HTTP/2 has headers only. */
function endsAfterHeaders(message: object): boolean {
  const stream: unknown = Reflect.get(message, 'stream');
  return isRecord(stream) && stream.endAfterHeaders === true;
}

/**
 * A body that the host has parsed already, as JSON bytes, so that the same limits and checks apply to it.
 * Bytes and texts are the body as it was sent. Throws a 500 if the host has not kept the body, or not as
 * JSON.
 */
export function parsedBodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  const text = typeof body === 'string' ? body : jsonOf(body);
  if (text !== undefined) return ENCODER.encode(text);
  throw new HttpProblem({
    status: 500,
    detail:
      'A parser in front of the jobs API has read the body, and not kept it as `body` of the request. Keep it there, or mount the jobs API before that parser.',
  });
}

function jsonOf(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch (error) {
    // Of a cycle, or a bigint.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
