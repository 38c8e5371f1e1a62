import { once } from 'node:events';
import { connect } from 'node:net';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import type { CommandOptions } from '../../src/engine/ports/engine-port.ts';
import { jobsPlugin } from '../../src/fastify/index.ts';
import { fastifyMount } from './mounts/fastify-mount.ts';
import { startRestServer } from './rest-server.ts';
import { slowEngine } from './slow-engine.ts';

/** The plugin on an engine that counts requests for jobs, and answers when the test says. */
async function serve(options: { readonly maxRequests?: number; readonly allowed?: Promise<undefined> }) {
  const { engine, ...server } = await startRestServer(fastifyMount);
  onTestFinished(() => server.close());
  const { slow, asked, release } = slowEngine(engine);
  const app = fastify();
  onTestFinished(() => app.close());
  const { maxRequests, allowed } = options;
  await app.register(jobsPlugin, {
    engine: slow,
    authorize: () => allowed,
    ...(maxRequests === undefined ? {} : { maxRequests }),
  });
  return { app, asked, release };
}

test('no request begins for a client that has disconnected', async () => {
  const allowed = Promise.withResolvers<undefined>();
  const { app, asked, release } = await serve({ allowed: allowed.promise });
  release();
  const came = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  app.server.once('request', ({ socket }) => {
    socket.once('close', () => left.resolve());
    came.resolve();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const client = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1');
  client.on('error', () => undefined);
  client.write('GET /jobs/a HTTP/1.1\r\nHost: a\r\n\r\n');
  await came.promise;
  client.destroy();
  await once(client, 'close');
  await left.promise;
  allowed.resolve(undefined);
  expect((await app.inject('/jobs/b')).statusCode).toBe(404);
  expect(asked.jobs).toBe(1);
});

test('the engine learns when the client of a change has disconnected', async () => {
  const { engine, ...server } = await startRestServer(fastifyMount);
  onTestFinished(() => server.close());
  const signals: NonNullable<CommandOptions['signal']>[] = [];
  const waiting = Object.create(engine, {
    trigger: {
      value: (_jobId: string, _input: unknown, { signal }: CommandOptions) => {
        if (signal !== undefined) signals.push(signal);
        return new Promise(() => undefined);
      },
    },
  });
  const app = fastify({ forceCloseConnections: true });
  onTestFinished(() => app.close());
  await app.register(jobsPlugin, { engine: waiting, authorize: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const client = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1');
  client.on('error', () => undefined);
  const head = 'POST /jobs/a/runs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  client.write(`${head}Content-Length: 2\r\n\r\n{}`);
  await expect.poll(() => signals.length).toBe(1);
  expect(signals[0]?.aborted).toBe(false);
  client.destroy();
  await expect.poll(() => signals[0]?.aborted).toBe(true);
});
