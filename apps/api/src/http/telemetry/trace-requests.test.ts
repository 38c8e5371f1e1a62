import { once } from 'node:events';
import { request as ask, type ClientRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import Fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { traceRequests } from './trace-requests.ts';

const exporter = new InMemorySpanExporter();
const PARENT = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
});
afterAll(() => {
  for (const api of [trace, context, propagation]) api.disable();
});
beforeEach(() => exporter.reset());

/** A server whose routes tell which span they are in. */
async function serve() {
  const app = Fastify();
  const arrived = Promise.withResolvers<void>();
  traceRequests(app);
  app.addHook('onRequest', async () => arrived.resolve());
  const here = async () => ({ spanId: trace.getActiveSpan()?.spanContext().spanId });
  app.post('/things/:id', here);
  app.get('/healthz', here);
  app.get('/broken', async () => {
    throw new Error('broken');
  });
  app.get('/never', () => new Promise(() => undefined));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  return { app, url, arrived: arrived.promise };
}

const spans = () => exporter.getFinishedSpans();

async function bodyOf(request: ClientRequest): Promise<unknown> {
  const [response] = await once(request, 'response');
  return json(response);
}

test('a request is a part of the trace that it names, and its route is within its span, however late its body comes', async () => {
  const { url, arrived } = await serve();
  const headers = { ...PARENT, 'content-type': 'application/json', 'user-agent': 'test' };
  const request = ask(`${url}/things/7?secret=1`, { method: 'POST', headers });
  request.write('{');
  await arrived;
  request.end('}');
  const body = await bodyOf(request);
  await expect.poll(spans).toMatchObject([
    {
      name: 'POST /things/:id',
      kind: SpanKind.SERVER,
      parentSpanContext: { spanId: 'b7ad6b7169203331', isRemote: true },
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/things/:id',
        'http.response.status_code': 200,
        'url.path': '/things/7',
        'url.scheme': 'http',
        'server.address': '127.0.0.1',
        'client.address': '127.0.0.1',
        'user_agent.original': 'test',
      },
    },
  ]);
  expect(body).toEqual({ spanId: spans()[0]?.spanContext().spanId });
});

test('a fault of the server is an error; what nobody has is none, and has no route in its name', async () => {
  const { url } = await serve();
  await fetch(`${url}/broken`);
  await fetch(`${url}/nowhere`);
  await expect.poll(spans).toMatchObject([
    { name: 'GET /broken', status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': '500' } },
    { name: 'GET', status: { code: SpanStatusCode.UNSET }, attributes: { 'http.response.status_code': 404 } },
  ]);
});

test('one whose client goes away ends, without a status', async () => {
  const { url, arrived } = await serve();
  const gone = new AbortController();
  const answer = fetch(`${url}/never`, { signal: gone.signal });
  await arrived;
  gone.abort();
  await expect(answer).rejects.toThrow();
  await expect.poll(spans).toMatchObject([{ name: 'GET /never' }]);
  expect(spans()[0]?.attributes).not.toHaveProperty('http.response.status_code');
});

test('probes are not traced', async () => {
  const { url } = await serve();
  expect(await (await fetch(`${url}/healthz`, { headers: PARENT })).json()).toEqual({});
  await fetch(`${url}/nowhere`);
  await expect.poll(() => spans().map(({ name }) => name)).toEqual(['GET']);
});
