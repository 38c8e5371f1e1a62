import { Agent, type IncomingMessage, request } from 'node:http';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';

/** An answer as received from the socket. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface RawRequest {
  readonly url: string;
  readonly method: string;
  /** As sent: neither encoded nor normalized. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | undefined;
}

const DEADLINE_MS = CONDITION_MS;

/** Sends requests over kept connections, with a timeout of 10 s. */
export function createSender(): { send(raw: RawRequest): Promise<RawAnswer>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return { send: (raw) => sendOnce(raw, agent), close: () => agent.destroy() };
}

function sendOnce({ url, method, path, headers, body }: RawRequest, agent: Agent): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const length = body === undefined ? [] : ['content-length', String(body.length)];
    const hasLength = headers.some(([name]) => name === 'transfer-encoding');
    const host = headers.some(([name]) => name === 'host') ? [] : ['host', `${hostname}:${port}`];
    const lines = [...host, ...headers.flat(), ...(hasLength ? [] : length)];
    const sent = request({ hostname, port, method, path, agent, headers: lines });
    const deadline = setTimeout(() => sent.destroy(new Error(`no answer in ${DEADLINE_MS} ms`)), DEADLINE_MS);
    sent.on('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      const done = (): void => {
        clearTimeout(deadline);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (!response.headers['content-type']?.startsWith('text/event-stream')) return;
        // A stream has no end: its first bytes are enough.
        done();
        response.destroy();
      });
      response.on('end', done);
    });
    sent.end(body);
  });
}
