const ENCODER = new TextEncoder();

/**
 * A body that the host has parsed already, as JSON bytes, so that the same limits and checks apply to it.
 * Bytes and texts are the body as it was sent. Undefined counts as an empty body.
 */
export function parsedBodyBytes(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return ENCODER.encode(typeof body === 'string' ? body : JSON.stringify(body));
}
