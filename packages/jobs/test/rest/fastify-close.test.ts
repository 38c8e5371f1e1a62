import dns from 'node:dns';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fastify } from 'fastify';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { jobsPlugin } from '../../src/fastify/index.ts';
import { createJobs, defineJobType } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';

/** An API whose route `/wait` waits for a run that ends when the test says so. */
async function startApi(host: string) {
  const started = Promise.withResolvers<void>();
  const result = Promise.withResolvers<string>();
  const type = defineJobType({
    type: 'wait',
    payload: z.object({}),
    run: () => {
      started.resolve();
      return result.promise;
    },
  });
  const jobs = createJobs({ store: sqlite(':memory:'), types: [type] });
  await jobs.start();
  const app = fastify();
  await app.register(jobsPlugin, { prefix: '/api', engine: jobs, authorize: false });
  app.get('/wait', async () => ({ result: await jobs.enqueueAndWait(type, {}) }));
  const download = new Readable({ read: () => undefined });
  download.push('begin ');
  app.get('/download', (_request, reply) => reply.send(download));
  app.addHook('onClose', () => jobs.stop());
  await app.listen({ host, port: 0 });
  onTestFinished(() => app.close());
  return { app, started: started.promise, result, download, port: Number(new URL(app.listeningOrigin).port) };
}

/** Makes `localhost` two addresses, so that Fastify opens a server for each. */
function listenOnTwoAddresses(): void {
  const addresses = ['127.0.0.1', '127.0.0.2'];
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((host: string, ...args: readonly unknown[]) => {
    const answer = args.at(-1) as (error: null, found: readonly dns.LookupAddress[]) => void;
    const found = host === 'localhost' ? addresses : [host];
    answer(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
  }) as typeof dns.lookup);
  onTestFinished(() => lookup.mockRestore());
}

/** Sends a request on a connection that the client wants to keep. */
async function ask(host: string, port: number, path: string): Promise<IncomingMessage> {
  const [response] = await once(get({ host, port, path, agent: new Agent({ keepAlive: true }) }), 'response');
  return response;
}

test('close() of an app answers open requests, and does not wait for connections that clients keep', async () => {
  const { app, started, result, port } = await startApi('127.0.0.1');
  const unused = connect(port, '127.0.0.1');
  await once(unused, 'connect');
  const unusedClosed = once(unused.resume(), 'close');
  await text(await ask('127.0.0.1', port, '/api/jobs'));
  const events = await ask('127.0.0.1', port, '/api/job-events');
  const waiting = ask('127.0.0.1', port, '/wait');
  await started;
  const closing = app.close();
  await text(events);
  result.resolve('done');
  const response = await waiting;
  expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
  expect(await text(response)).toBe('{"result":"done"}');
  await Promise.all([closing, unusedClosed]);
});

test('close() of an app that listens on two addresses of localhost answers open requests of both', async () => {
  listenOnTwoAddresses();
  const { app, started, result, port } = await startApi('localhost');
  expect(app.addresses()).toHaveLength(2);
  const waiting = ask('127.0.0.2', port, '/wait');
  await started;
  const closing = app.close();
  result.resolve('done');
  const response = await waiting;
  expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
  expect(await text(response)).toBe('{"result":"done"}');
  await closing;
});

test('close() of an app ends the connection of a response that ends later, on both addresses of localhost', async () => {
  listenOnTwoAddresses();
  const { app, download, port } = await startApi('localhost');
  const response = await ask('127.0.0.2', port, '/download');
  const disconnected = once(response.socket, 'close');
  // It waits only for the first server.
  await app.close();
  download.push(null);
  await Promise.all([text(response), disconnected]);
});
