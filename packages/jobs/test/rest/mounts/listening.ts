import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { answerOf, type Mount } from '../rest-server.ts';

/** A server that listens on a free port. Closing it waits for its responses. */
export async function listening(
  server: Server,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // Responses in progress end first; Node would keep their connections for further requests.
      const cut = setInterval(() => server.closeIdleConnections(), 10);
      await closed;
      clearInterval(cut);
    },
  };
}

/** A handler in a server of `node:http`, over real connections. */
export async function overHttp(listener: RequestListener, handler: { close(): void }): Promise<Mount> {
  const { origin, close } = await listening(createServer(listener));
  return {
    send: async ({ method, url, headers, payload }) =>
      answerOf(
        await fetch(`${origin}${url}`, {
          method,
          headers,
          ...(payload === undefined ? {} : { body: payload }),
        }),
      ),
    open: (url, init) => fetch(`${origin}${url}`, init),
    close: async () => {
      handler.close();
      await close();
    },
  };
}

/** A connection for requests that `fetch` can't send; `answers` is all that has come back. */
export function rawClient(origin: string) {
  const client = connect(Number(new URL(origin).port), '127.0.0.1').setEncoding('latin1');
  onTestFinished(() => void client.destroy());
  const received = { answers: '' };
  client.on('data', (text: string) => {
    received.answers += text;
  });
  return {
    write: (text: string) => client.write(text),
    answers: () => received.answers,
    statuses: () => received.answers.match(/(?<=HTTP\/1\.1 )\d+/g)?.map(Number),
  };
}
