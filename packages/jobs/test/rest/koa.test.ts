import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createKoaMiddleware } from '../../src/node/index.ts';
import { fetchMount } from './mounts/fetch-mount.ts';
import { koaMount } from './mounts/koa-mount.ts';
import { listening } from './mounts/listening.ts';
import { jobBody } from './requests.ts';
import { startRestServer } from './rest-server.ts';
import { restSuite } from './rest-suite.ts';

describe('REST on the Koa adapter', () => restSuite(koaMount));

describe('the Koa middleware', () => {
  const start = async (use: (app: Koa) => void) => {
    const { engine, close } = await startRestServer(fetchMount);
    onTestFinished(close);
    const app = new Koa();
    const errors: Error[] = [];
    app.on('error', (error) => errors.push(error));
    use(app);
    const middleware = createKoaMiddleware<Koa.Context>({
      engine,
      prefix: '/api',
      authorize: ({ state }) => ({ id: `user:${state.user}` }),
    });
    app.use(middleware);
    app.use((context) => {
      context.body = 'the host';
    });
    const server = await listening(createServer(app.callback()));
    onTestFinished(async () => {
      middleware.close();
      await server.close();
    });
    return { origin: server.origin, errors };
  };

  test('takes a body that a parser in front has read, and gives `authorize` the context', async () => {
    const { origin } = await start((app) => {
      app.use(async (context, next) => {
        Object.assign(context.request, { body: await json(context.req) });
        context.state.user = 'ann';
        await next();
      });
    });
    const created = await fetch(`${origin}/api/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(jobBody('parsed')),
    });
    expect(created.status).toBe(201);
    expect(await created.json()).toMatchObject({ created_by: 'user:ann' });
  });

  test('leaves other paths to the middleware after it, and its response to the middleware before it', async () => {
    const { origin } = await start((app) => {
      app.use(async (context, next) => {
        context.set('vary', 'origin');
        await next();
        context.set('x-status', String(context.status));
      });
    });
    expect(await (await fetch(`${origin}/api/users`)).text()).toBe('the host');
    const { headers } = await fetch(`${origin}/api/job-types`);
    expect([headers.get('vary'), headers.get('x-status')]).toEqual(['origin, accept-encoding', '200']);
  });

  test('reports no error when the client of a stream disconnects', async () => {
    let ended = 0;
    const { origin, errors } = await start((app) => {
      app.use(async (_context, next) => {
        await next();
        ended += 1;
      });
    });
    const client = new AbortController();
    expect((await fetch(`${origin}/api/job-events`, { signal: client.signal })).status).toBe(200);
    client.abort();
    await expect.poll(() => ended).toBe(1);
    expect(errors).toEqual([]);
  });
});
