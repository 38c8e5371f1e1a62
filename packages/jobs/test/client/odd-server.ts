import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { type ConnectOptions, connect } from '../../src/client/index.ts';

/** How the server answers one request. */
export type Deed = (response: ServerResponse, request: IncomingMessage) => void;

/**
 * A server on a real socket that follows `deeds`, one for each request, and cuts off later requests. Closed
 * with the test.
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

/** Breaks the connection without an answer. */
export const breakOff: Deed = (response) => response.destroy();

/** Sends this event stream, and then ends it, stays silent or breaks the connection. */
export function stream(text: string, then: 'end' | 'silence' | 'break' = 'silence'): Deed {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // The stream breaks only after the text was sent, so the client must have received it.
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'break') setTimeout(() => response.destroy(), 10);
    });
  };
}

/** A problem document, as the server sends it. */
export function refuse(status: number, headers: Readonly<Record<string, string>> = {}): Deed {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
    response.end(JSON.stringify({ type: 'about:blank', title: 'No', status, detail: `It is a ${status}.` }));
  };
}

/** An event, as the server writes it. */
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
