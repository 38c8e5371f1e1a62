import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { type ConnectOptions, connect } from '../../src/client/index.ts';

/** What is done with one request. */
export type Deed = (response: ServerResponse, request: IncomingMessage) => void;

/**
 * A server that behaves as told, one deed a request, on a real socket; what comes after the last deed is cut
 * off. Stopped when the test is over.
 */
export async function startOddServer(deeds: readonly Deed[], options: Partial<ConnectOptions> = {}) {
  const asked: {
    readonly url: string;
    readonly authorization: string | undefined;
    readonly at: number;
    isOpen: boolean;
  }[] = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    const entry = { url, authorization: headers.authorization, at: performance.now(), isOpen: true };
    asked.push(entry);
    response.on('close', () => {
      entry.isOpen = false;
    });
    const deed = deeds[asked.length - 1] ?? breakOff;
    deed(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { connection: connect({ url: `http://127.0.0.1:${port}/api`, ...options }), asked };
}

/** No answer at all. */
export const breakOff: Deed = (response) => response.destroy();

/** An event stream that says this, and then ends, stays open in silence, or breaks. */
export function stream(text: string, then: 'end' | 'silence' | 'break' = 'silence'): Deed {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // What breaks only after it was sent shows that what came before was taken.
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'break') setTimeout(() => response.destroy(), 10);
    });
  };
}

/** A refusal, as the server's. */
export function refuse(status: number, headers: Readonly<Record<string, string>> = {}): Deed {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
    response.end(JSON.stringify({ type: 'about:blank', title: 'No', status, detail: `It is a ${status}.` }));
  };
}

/** An event as the server writes it. */
export function event(id: string, type = 'job.updated'): string {
  const data = {
    id,
    at: '2026-01-31T09:00:00.000Z',
    type,
    job_id: 'a',
    run_id: null,
    count: null,
    data: null,
  };
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
