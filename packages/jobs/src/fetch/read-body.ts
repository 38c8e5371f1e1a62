import { LARGEST_BODY, parseBody, TOO_LARGE } from '../http/bodies/strict-json.ts';
import { HttpProblem } from '../http/requests/http-problem.ts';

/** Reads and parses the body of a request; undefined without one. Throws a 400, 413 or 415. */
export async function readBody(request: Request): Promise<unknown> {
  const { method, headers, body } = request;
  if (body === null) return undefined;
  if (body.locked || request.bodyUsed) throw new HttpProblem({ status: 500, detail: READ_ALREADY });
  if (Number(headers.get('content-length')) > LARGEST_BODY) throw tooLarge();
  const contentType = headers.get('content-type') ?? undefined;
  return parseBody(await bytesOf(body), { method, contentType });
}

const READ_ALREADY =
  'A middleware in front of the jobs API, or its `authorize`, has read the body of the request. Let it read request.clone() instead.';

/** The bytes of a stream. Stops reading at the limit, whatever the client still sends. */
async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (let part = await next(reader); part !== undefined; part = await next(reader)) {
    length += part.length;
    if (length > LARGEST_BODY) {
      // Not cancelled: on some servers, that would close the connection before the response is sent.
      reader.releaseLock();
      throw tooLarge();
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value;
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem(
      { status: 400, detail: 'The body ended before it was complete.' },
      { cause: error },
    );
  }
}

function tooLarge(): HttpProblem {
  return new HttpProblem({ status: 413, detail: TOO_LARGE });
}
