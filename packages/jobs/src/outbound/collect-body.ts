import type { IncomingMessage } from 'node:http';

/**
 * Reads a body up to a number of bytes. A longer one is not read to its end. Rejects if the connection
 * breaks.
 */
export function collectBody(
  answer: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly body: Buffer; readonly isTruncated: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ body: Buffer; isTruncated: boolean }>();
  const chunks: Buffer[] = [];
  let left = maxBytes;
  answer.on('data', (chunk: Buffer) => {
    if (chunk.length > left) {
      chunks.push(chunk.subarray(0, left));
      answer.pause();
      resolve({ body: Buffer.concat(chunks), isTruncated: true });
      return;
    }
    left -= chunk.length;
    chunks.push(chunk);
  });
  answer.on('end', () => resolve({ body: Buffer.concat(chunks), isTruncated: false }));
  answer.on('error', reject);
  // Nothing happens if the promise is settled.
  answer.on('close', () => reject(new Error('the answer was closed before its end')));
  return promise;
}
